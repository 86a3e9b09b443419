import type { World } from './world.ts';

export type Refusal =
  'FORBIDDEN' | 'NOT_FOUND' | 'VALIDATION_FAILED' | 'CLIENT_REQUIRED' | 'STALE_VERSION' | 'LOCKED' | 'LOCKED_OUT';

/**
 * What becomes of a write. Without refusals it happens, and `world` is the world after it; otherwise nothing changes (W5), and the
 * writer hears one of the refusals (the rules don't say which comes first).
 */
export interface Verdict {
  refusals: Set<Refusal>;
  world: World;
}

export function verdict(before: World, refusals: readonly Refusal[], after: World): Verdict {
  return { refusals: new Set(refusals), world: refusals.length === 0 ? after : before };
}
