import type { Parameters } from 'fast-check';

/** The worlds of `npm test` are the same each time, so that a failure is about the change that it came with. */
const USUAL_SEED = 7;

/**
 * How many worlds to try: `inCi` of them, always the same, or as many other ones as ROWPLANE_WORLDS says (`npm run
 * test:deep`). A failure names seed and path; ROWPLANE_SEED tries it again.
 */
export function runs<T>(inCi: number, worldsInEach = 1): Parameters<T> {
  const { ROWPLANE_WORLDS: worlds, ROWPLANE_SEED: seed, ROWPLANE_PATH: path } = process.env;
  return {
    numRuns: Math.ceil((worlds === undefined ? inCi : Number(worlds)) / worldsInEach),
    ...((seed !== undefined || worlds === undefined) && { seed: Number(seed ?? USUAL_SEED) }),
    ...(path !== undefined && { path }),
  };
}

/** Whether as many worlds are tried as somebody asks for. */
export const isDeep = process.env.ROWPLANE_WORLDS !== undefined;

/** Time for as many worlds as CI tries, on a busy machine; without end for as many as somebody asks for. */
export const PATIENCE = { timeout: isDeep ? 0 : 600_000 };

/** Lets a failure shrink for a while only: after that, everything smaller counts as fine. */
export function shrinkingBriefly<T>(check: (value: T) => Promise<void>, seconds = 20): (value: T) => Promise<void> {
  let failedAt: number | undefined;
  return async (value) => {
    if (failedAt !== undefined && Date.now() - failedAt > seconds * 1000) return;
    try {
      await check(value);
    } catch (error) {
      failedAt ??= Date.now();
      throw error;
    }
  };
}
