/** Works on all of them, so many at a time. */
export async function inTurns<T>(items: readonly T[], width: number, work: (item: T) => Promise<void>): Promise<void> {
  const left = items.values();
  const worker = async () => {
    for (const item of left) await work(item);
  };
  await Promise.all(Array.from({ length: Math.min(width, items.length) }, worker));
}

/** Before the same is tried again. */
export function pauseBriefly(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 50));
}
