import type { Row, Statement } from '../access/unit.ts';
import type { Viewer, ViewerTransaction } from '../access/viewers.ts';
import { knowledgeIn, placesOf, type Read, type Reader } from './reader.ts';
import { runAll, type StartReading } from './reading.ts';
import type { Scope } from './scopes.ts';

/** What resolvers read through. */
export interface Session {
  read<T>(scope: Scope, start: StartReading<T>): Promise<T>;
  /** One statement on views that need no knowledge of planes. */
  query(statement: Statement): Promise<Row[]>;
}

/** A session over one snapshot (V5). */
export interface SnapshotSession extends Session {
  /** Ends the snapshot. Resolves to true if what was read has to be read again, by a new session for these `workspaces`. */
  close(): Promise<boolean>;
  workspaces: Set<number>;
}

/** Levels are as many as fields are nested, which operations can't be without end. */
const MOST_STEPS = 100;

/** A reading of several snapshots can't go on: the whole operation starts again. */
class Restart extends Error {}

interface Waiting extends Read {
  resolve: (result: unknown) => void;
  reject: (error: unknown) => void;
}

const READ_STATEMENT = (statement: Statement): StartReading<Row[]> =>
  function* () {
    const [rows] = yield [statement];
    return rows!;
  };

/** Each read has a snapshot of its own: for what a mutation reads back after each of its writes. */
export function momentarySession(reader: Reader, viewer: Viewer): Session {
  const read = async <T>(scope: Scope, start: StartReading<T>): Promise<T> => {
    const [result] = await reader.read(viewer, [{ scope, start }], MOST_STEPS);
    return result as T;
  };
  return { read, query: (statement) => read({ workspaces: [] }, READ_STATEMENT(statement)) };
}

/**
 * All reads have one snapshot, which is opened by the first of them and kept until `close`. Reads that are asked for at the same time share
 * their round trips. `preload`: workspaces that reads to come will need.
 */
export function snapshotSession(reader: Reader, viewer: Viewer, preload: Iterable<number> = []): SnapshotSession {
  const { scopes, viewers } = reader;
  const workspaces = new Set(preload);
  const waiting: Waiting[] = [];
  let opened: Promise<void> | null = null;
  let failed: Error | null = null;
  let closing = false;
  let delivered = false;
  let wake: () => void = () => undefined;

  async function open(): Promise<void> {
    try {
      await nextTurn();
      for (const place of await placesOf(scopes, viewer, waiting)) place.forEach((each) => workspaces.add(each));
      await viewers.snapshot(viewer, [...workspaces], serve);
    } catch (error) {
      failed = error instanceof Error ? error : new Error(String(error));
      for (const { reject } of waiting.splice(0)) reject(failed);
    }
  }

  /** Answers reads until the session is closed. Called again when the knowledge was old: fine, unless answers were given already. */
  async function serve(snapshot: ViewerTransaction): Promise<void> {
    if (delivered) throw new Restart();
    for (;;) {
      if (waiting.length > 0) await answer(snapshot, [...waiting]);
      else if (closing) return;
      else await new Promise<void>((resolve) => (wake = resolve));
      await nextTurn();
    }
  }

  async function answer({ knowledge, run }: ViewerTransaction, batch: Waiting[]): Promise<void> {
    const places = await placesOf(scopes, viewer, batch);
    const missing = places.flat().filter((workspace) => !knowledge.has(workspace));
    if (missing.length > 0) {
      missing.forEach((each) => workspaces.add(each));
      throw new Restart();
    }
    const everywhere = batch.findIndex(({ scope }) => scope === 'everywhere');
    if (everywhere >= 0) {
      const used = places[everywhere]!;
      const known = [...knowledge.values()];
      const check = scopes.check(viewer, used, known);
      if (check !== null && !scopes.confirm(viewer, used, known, (await run([check]))[0]!)) throw new Restart();
    }
    const results = await runAll(
      batch.map(({ start }, index) => start(knowledgeIn(knowledge, places[index]!))),
      run,
    );
    delivered = true;
    waiting.splice(0, batch.length);
    batch.forEach(({ resolve }, index) => resolve(results[index]));
  }

  const read = <T>(scope: Scope, start: StartReading<T>): Promise<T> =>
    new Promise<T>((resolve, reject) => {
      if (failed) return reject(failed);
      if (closing) return reject(new Error('The operation has ended: nothing can be read for it any more.'));
      waiting.push({ scope, start, resolve: resolve as (result: unknown) => void, reject });
      opened ??= open();
      wake();
    });

  return {
    workspaces,
    read,
    query: (statement) => read({ workspaces: [] }, READ_STATEMENT(statement)),
    async close() {
      closing = true;
      wake();
      await opened;
      return failed instanceof Restart;
    },
  };
}

/** Waits until everything that is ready to run has run, so that what belongs together is asked for together. */
function nextTurn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
