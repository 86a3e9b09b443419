import { Refusal, invalid, sqlState } from '../access/refusals.ts';
import type { Problem } from '../access/refusals.ts';

/** Collects what is wrong with an input, so that everything is said at once. */
export interface Problems {
  add(path: string, message: string): void;
  /** Throws VALIDATION_FAILED with all that was collected, if anything was. */
  refuse(): void;
}

export function collectProblems(): Problems {
  const problems: Problem[] = [];
  return {
    add: (path, message) => void problems.push({ path, message }),
    refuse() {
      if (problems.length > 0) throw invalid(problems);
    },
  };
}

/** What is wrong with a text that people will read and type, or null: empty, too long, invisible characters. */
export function nameProblem(name: string, longest = 200): string | null {
  if (name.trim() === '') return 'must not be empty';
  if (name !== name.trim()) return 'must not begin or end with a space';
  if ([...name].length > longest) return `must have at most ${longest} characters`;
  if (/\p{Cc}/u.test(name) || !name.isWellFormed()) return 'must not contain control characters';
  return null;
}

/** The name, if it is one; else VALIDATION_FAILED at `path`. */
export function checkedName(name: string, path = 'name'): string {
  const problem = nameProblem(name);
  if (problem) throw invalid([{ path, message: problem }]);
  return name;
}

/**
 * Does something for each of several, one after the other, and for some only when the others are done; what is refused
 * names its place: `users[1].name`.
 */
export async function forEachAt<T, R>(
  items: readonly T[],
  path: string,
  work: (item: T) => Promise<R>,
  comesLast: (item: T) => boolean = () => false,
): Promise<R[]> {
  if (items.length === 0) throw invalid([{ path, message: 'must not be empty' }]);
  const placed = [...items.entries()];
  const results = new Array<R>(items.length);
  for (const [index, item] of [
    ...placed.filter(([, each]) => !comesLast(each)),
    ...placed.filter(([, each]) => comesLast(each)),
  ]) {
    results[index] = await work(item).catch((error: unknown) => {
      throw error instanceof Refusal ? refusedAt(error, `${path}[${index}]`) : error;
    });
  }
  return results;
}

function refusedAt(refusal: Refusal, place: string): Refusal {
  const { problems, ...details } = refusal.details as { problems?: Problem[] };
  if (problems) return invalid(problems.map(({ path, message }) => ({ path: `${place}.${path}`, message })));
  return new Refusal(refusal.code, refusal.message, { ...details, path: place });
}

/** Runs a statement that may meet a unique constraint; `messages` says per constraint which part of the input is taken. */
export async function refusingTaken<T>(messages: Record<string, Problem>, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    const constraint = (error as { constraint?: string }).constraint;
    const problem = constraint === undefined ? undefined : messages[constraint];
    if (sqlState(error) === '23505' && problem) throw invalid([problem]);
    throw error;
  }
}
