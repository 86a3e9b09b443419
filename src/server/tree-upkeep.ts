import { setTimeout as sleep } from 'node:timers/promises';
import type { Queryable } from '../database/queryable.ts';
import type { Log } from './log.ts';

/** Milliseconds between two looks for folders that have got many records. */
const LOOK_EVERY = 60_000;

/** What upkeep of the tree has done: scopes made for folders with many records, and records looked at for their realms. */
export interface TreeKept {
  readonly prepared: number;
  readonly settled: number;
  /** How long its longest step took, in milliseconds. */
  readonly longest: number;
}

export interface TreeUpkeep {
  /** Resolves when no step runs any more. */
  stop(): Promise<void>;
}

export interface TreeUpkeepOptions {
  /** As rowplane_api. */
  database: Queryable;
  /** `deliveryProof(secret)` */
  proof: string;
  log: Pick<Log, 'info' | 'debug' | 'warn'>;
  /** Milliseconds between two looks. */
  every?: number;
}

/** Keeps the tree while a process serves, so that a first entry on a folder with many records finds its scope made. */
export function startTreeUpkeep({ database, proof, log, every = LOOK_EVERY }: TreeUpkeepOptions): TreeUpkeep {
  const stopped = new AbortController();
  const looking = (async () => {
    while (await paused(every, stopped.signal)) {
      try {
        const kept = await keepTree(database, proof, stopped.signal);
        if (kept.prepared + kept.settled > 0)
          log.info(kept, 'folders with many records have scopes for their first entries');
      } catch (error) {
        // Somebody writes or another process is at it: the next look will do.
        if (isLocked(error)) log.debug({ err: error }, 'upkeep of the tree gave way');
        else log.warn({ err: error }, 'upkeep of the tree failed, and is tried again');
      }
    }
  })();
  return {
    async stop() {
      stopped.abort();
      await looking;
    },
  };
}

/**
 * Does what there is to do, in steps of a fraction of a second, and rests after each as long as it took. `database`: as
 * rowplane_api; `proof`: `deliveryProof(secret)`. Rejects with SQLSTATE 55P03 rather than wait for a lock.
 */
export async function keepTree(database: Queryable, proof: string, signal?: AbortSignal): Promise<TreeKept> {
  const kept = { prepared: 0, settled: 0, longest: 0 };
  for (;;) {
    const began = performance.now();
    const [step] = await database.query<{ workspace: number | null; prepared: number; settled: number }>(
      'select workspace, prepared, settled from rowplane.keep_tree($1)',
      [proof],
    );
    if (step == null || step.workspace === null) return kept;
    const took = performance.now() - began;
    kept.prepared += step.prepared;
    kept.settled += step.settled;
    kept.longest = Math.max(kept.longest, took);
    if (!(await paused(took, signal))) return kept;
  }
}

/** False when it was stopped. */
async function paused(milliseconds: number, signal?: AbortSignal): Promise<boolean> {
  try {
    await sleep(milliseconds, undefined, { ref: false, signal });
    return true;
  } catch {
    return false;
  }
}

function isLocked(error: unknown): boolean {
  return (error as { code?: string }).code === '55P03';
}
