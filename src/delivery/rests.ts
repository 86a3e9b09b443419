import type { Snapshot } from './snapshot.ts';

/** What waits to be done between two rounds. */
export interface Rests {
  readonly size: number;
  /** Does `work` after a round that begins after this one, with the place up to which everything was told by then. */
  add<T>(round: number, work: (settled: Snapshot) => T): Promise<T>;
  /** This round is over. */
  run(round: number, settled: Snapshot): void;
  /** None of it will be done. */
  fail(error: Error): void;
}

export function createRests(): Rests {
  const waiting: { since: number; run: (settled: Snapshot) => void; fail: (error: Error) => void }[] = [];

  return {
    get size() {
      return waiting.length;
    },
    add: <T>(round: number, work: (settled: Snapshot) => T) =>
      new Promise<T>((resolve, reject) => {
        waiting.push({
          since: round,
          fail: reject,
          // As a promise does it: what `work` throws is a rejection.
          run: (settled) => {
            resolve(new Promise((done) => done(work(settled))));
          },
        });
      }),
    run(round, settled) {
      const { ready = [], early = [] } = Object.groupBy(waiting, ({ since }) => (since < round ? 'ready' : 'early'));
      waiting.splice(0, waiting.length, ...early);
      for (const each of ready) each.run(settled);
    },
    fail(error) {
      for (const each of waiting.splice(0)) each.fail(error);
    },
  };
}
