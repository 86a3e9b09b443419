/** The same, and `tell` is called after each call of these methods that succeeded: each of them commits. */
export function tellingOfCommits<T extends object>(access: T, methods: readonly (keyof T)[], tell: () => void): T {
  const told = methods.map((name) => {
    const commit = access[name] as (...given: unknown[]) => Promise<unknown>;
    const committing = async (...given: unknown[]) => {
      const result = await commit(...given);
      tell();
      return result;
    };
    return [name, committing];
  });
  return { ...access, ...(Object.fromEntries(told) as Partial<T>) };
}
