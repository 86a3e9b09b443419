import type { Parameters } from 'fast-check';

/** How many worlds to try: `inCi` of them, or as many as ROWPLANE_WORLDS says. A failure names seed and path; ROWPLANE_SEED tries it again. */
export function runs<T>(inCi: number): Parameters<T> {
  const { ROWPLANE_WORLDS: worlds, ROWPLANE_SEED: seed, ROWPLANE_PATH: path } = process.env;
  return {
    numRuns: worlds === undefined ? inCi : Number(worlds),
    ...(seed !== undefined && { seed: Number(seed) }),
    ...(path !== undefined && { path }),
  };
}
