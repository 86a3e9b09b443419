import { isConflict } from '../database/retry.ts';
import { openConnections, SpoiltConnection } from './connections.ts';
import type { ConnectionOptions } from './connections.ts';
import { jointStamp, knowledgeIn, knowledgeStatement, knowledgeStatements } from './knowledge.ts';
import type { Knowledge } from './knowledge.ts';
import { lendTransaction } from './lend-transaction.ts';
import { asRefusal, sqlState } from './refusals.ts';
import type { Row, Statement } from './unit.ts';
import { signViewerToken } from './viewer-token.ts';

/** Who is looking. */
export interface Viewer {
  /** The user's uuid, or ANONYMOUS. */
  id: string;
}

/** A viewer without an account. */
export const ANONYMOUS = '00000000-0000-0000-0000-000000000000';

/** Several round trips on one snapshot, or in one write. */
export interface ViewerTransaction {
  knowledge: Map<number, Knowledge>;
  /** Sends the statements in one flush; resolves to the rows of each. */
  run: (statements: Statement[]) => Promise<Row[][]>;
}

/** Statements in steps: those of a step follow from the rows of the steps before. */
export interface StatementSteps {
  readonly statements: Statement[];
  readonly done: boolean;
  /** Takes the rows of each statement of this step, and goes to the next. */
  feed(rows: Row[][]): void;
}

/** The only way to the database for viewers: every statement runs as rowplane_viewer, in a transaction that a signed viewer has entered. */
export interface Viewers {
  /** What is known about the viewer in a workspace; cached until a permission or a realm changes. */
  knowledge(viewer: Viewer, workspace: number): Promise<Knowledge>;
  /**
   * One snapshot in one flush: enters, runs what `plan` chooses with the knowledge of these workspaces, and gives the
   * rows of each statement. When the knowledge turns out to be old, the rows are thrown away and `plan` is asked again.
   */
  read(
    viewer: Viewer,
    workspaces: number[],
    plan: (knowledge: Map<number, Knowledge>) => Statement[],
  ): Promise<Row[][]>;
  /**
   * One snapshot over at most `count` round trips, no more: the first carries `enter`, the last the end. `start` may be
   * called again, with newer knowledge; what it gave then is answered.
   */
  steps<S extends StatementSteps>(
    viewer: Viewer,
    workspaces: number[],
    count: number,
    start: (knowledge: Map<number, Knowledge>) => S,
  ): Promise<S>;
  /** One snapshot over several round trips. `work` may be called again, with newer knowledge. */
  snapshot<T>(viewer: Viewer, workspaces: number[], work: (snapshot: ViewerTransaction) => Promise<T>): Promise<T>;
  /**
   * A write: no permission changes while it runs, and each statement sees what was committed before it. All or nothing;
   * `work` may be called again after a deadlock or a serialisation failure.
   */
  write<T>(viewer: Viewer, workspaces: number[], work: (write: ViewerTransaction) => Promise<T>): Promise<T>;
  /**
   * A change of permissions or of the tree that they follow, by functions that see to their own order: unlike a write,
   * it doesn't hold permissions as they are from the start. All or nothing; `work` may be called again.
   */
  change<T>(viewer: Viewer, work: (run: ViewerTransaction['run']) => Promise<T>): Promise<T>;
  end(): Promise<void>;
}

export interface ViewersOptions extends ConnectionOptions {
  /** The key that viewer tokens are signed with: `viewerTokenKey(secret)`. */
  key: Buffer;
  /** Seconds that a viewer token is good for. Default 300. */
  tokenLifetime?: number;
  /** How many viewers' knowledge is kept. Default 10 000. */
  remembered?: number;
  /** Called after each commit of a write or a change. */
  onCommit?: () => void;
}

const READING = 'repeatable read read only rowplane_viewer';
const BEGIN_READING: Statement = { text: 'begin isolation level repeatable read read only', values: [] };
const COMMIT: Statement = { text: 'commit', values: [] };
/** No stamp: each begins with the ticks of the permission clock. */
const NEVER = '';
const attempts = 6;
/** Where permissions never stop changing, knowledge is old again as soon as it is there, and many store it at once. */
const attemptsToLearn = 30;
/** Shares change with the records, without a stamp: knowledge is asked for again after a while. Milliseconds. */
const knowledgeLifetime = 60_000;

/** Statements were chosen by knowledge that is no longer true; nothing of theirs was used. */
class Outdated extends Error {}

export function openViewers({
  key,
  tokenLifetime = 300,
  remembered = 10_000,
  onCommit,
  ...connectionOptions
}: ViewersOptions): Viewers {
  const connections = openConnections(connectionOptions);
  const known = new Map<string, { at: number; knowledge: Promise<Knowledge> }>();
  const tokens = new Map<string, { token: string; renewAt: number }>();

  function tokenOf(viewer: Viewer): string {
    const now = Date.now() / 1000;
    const kept = tokens.get(viewer.id);
    if (kept && kept.renewAt > now) return kept.token;
    const token = signViewerToken(key, viewer.id, now + tokenLifetime);
    remember(tokens, viewer.id, { token, renewAt: now + tokenLifetime / 2 });
    return token;
  }

  function remember<V>(map: Map<string, V>, name: string, value: V): void {
    map.delete(name);
    map.set(name, value);
    if (map.size > remembered) map.delete(map.keys().next().value as string);
  }

  async function learn(viewer: Viewer, workspace: number): Promise<Knowledge> {
    const rows = await retrying(() => connections.lend((run) => run(knowledgeStatements(tokenOf(viewer), workspace))));
    expectViewer(rows[1]?.[0], viewer);
    return knowledgeIn(workspace, rows[3]);
  }

  /** What is known in a transaction that sees the same permissions to its end. Not remembered: others may learn something newer meanwhile. */
  async function relearn(run: ViewerTransaction['run'], workspaces: number[]): Promise<Map<number, Knowledge>> {
    const results = await run(workspaces.map(knowledgeStatement));
    return new Map(workspaces.map((workspace, index) => [workspace, knowledgeIn(workspace, results[index])]));
  }

  function knowledge(viewer: Viewer, workspace: number): Promise<Knowledge> {
    const name = `${viewer.id} ${workspace}`;
    const kept = known.get(name);
    if (kept && kept.at + knowledgeLifetime > Date.now()) return kept.knowledge;
    const learning = learn(viewer, workspace);
    remember(known, name, { at: Date.now(), knowledge: learning });
    learning.catch(() => known.delete(name));
    return learning;
  }

  function forget(viewer: Viewer, workspaces: number[]): void {
    for (const workspace of workspaces) known.delete(`${viewer.id} ${workspace}`);
  }

  async function know(viewer: Viewer, workspaces: number[]): Promise<Map<number, Knowledge>> {
    const all = await Promise.all(workspaces.map((workspace) => knowledge(viewer, workspace)));
    return new Map(all.map((one) => [one.workspace, one]));
  }

  /** The row of `enter` says how the statements behind it ran … */
  function expectMode(row: Row | undefined): void {
    if (row?.mode !== READING)
      throw new SpoiltConnection(
        `A viewer's connection was in the mode "${String(row?.mode)}" instead of "${READING}".`,
      );
  }

  /** … who the database thinks is looking, and in which state. */
  function expectEntry(row: Row | undefined, viewer: Viewer, known: string | null): void {
    // By a stamp that isn't true any more nobody enters.
    if (known !== null && row?.stamp !== known) throw new Outdated();
    expectViewer(row, viewer);
  }

  function expectViewer(row: Row | undefined, viewer: Viewer): void {
    if (row?.viewer !== viewer.id) {
      throw new Error('The database did not accept the viewer token. Do server and database share ROWPLANE_SECRET?');
    }
  }

  /** Does `once` again while its knowledge is old; errors that follow from old knowledge (a plane that is gone) count as such. */
  async function withKnowledge<T>(
    viewer: Viewer,
    workspaces: number[],
    once: (knowledgeOf: Map<number, Knowledge>) => Promise<T>,
  ): Promise<T> {
    for (let attempt = 1; ; attempt++) {
      try {
        return await once(await know(viewer, workspaces));
      } catch (error) {
        const outdated =
          error instanceof Outdated || ['42P01', '3F000', '42703', '42501'].includes(sqlState(error) ?? '');
        if (
          attempt >= (error instanceof Outdated ? attemptsToLearn : attempts) ||
          !(outdated || isSpoilt(error) || isConflict(error))
        )
          throw asRefusal(error);
        if (outdated) forget(viewer, workspaces);
        else if (!isSpoilt(error)) await pause(attempt);
      }
    }
  }

  function enter(viewer: Viewer, workspaces: number[], known: string | null): Statement {
    const text = 'select viewer, stamp, mode from rowplane.enter($1, $2, $3)';
    return { text, values: [tokenOf(viewer), workspaces, known], keep: true };
  }

  /** The state of permissions that statements are planned by; null where they depend on none. Of different moments: one that never is. */
  function stampOf(knowledgeOf: Map<number, Knowledge>): string | null {
    return knowledgeOf.size > 0 ? (jointStamp(knowledgeOf.values()) ?? NEVER) : null;
  }

  return {
    knowledge: (viewer, workspace) => knowledge(viewer, workspace).catch(rethrow),
    read: (viewer, workspaces, plan) =>
      withKnowledge(viewer, workspaces, async (knowledgeOf) => {
        const known = stampOf(knowledgeOf);
        const statements = [enter(viewer, workspaces, known), ...plan(knowledgeOf)];
        const [entry, ...rows] = await connections.read(statements, ([entered]) => expectMode(entered?.[0]));
        expectEntry(entry?.[0], viewer, known);
        return rows;
      }),
    steps: (viewer, workspaces, count, start) =>
      withKnowledge(viewer, workspaces, (knowledgeOf) =>
        lendTransaction(connections, async (run) => {
          const steps = start(knowledgeOf);
          const known = stampOf(knowledgeOf);
          for (let step = 1; ; step++) {
            const before = step === 1 ? [BEGIN_READING, enter(viewer, workspaces, known)] : [];
            const results = await run([...before, ...steps.statements, ...(step === count ? [COMMIT] : [])]);
            if (step === 1) {
              expectMode(results[1]?.[0]);
              expectEntry(results[1]?.[0], viewer, known);
            }
            steps.feed(results.slice(before.length, before.length + steps.statements.length));
            if (steps.done && step < count) await run([COMMIT]);
            if (steps.done) return steps;
            if (step === count) throw new Error(`A reading of ${count} steps needs another one.`);
          }
        }),
      ),
    snapshot: (viewer, workspaces, work) =>
      withKnowledge(viewer, workspaces, (knowledgeOf) =>
        lendTransaction(connections, async (run) => {
          const known = stampOf(knowledgeOf);
          const [, entry] = await run([BEGIN_READING, enter(viewer, workspaces, known)]);
          expectMode(entry?.[0]);
          expectEntry(entry?.[0], viewer, known);
          const result = await work({ knowledge: knowledgeOf, run });
          await run([COMMIT]);
          return result;
        }),
      ),
    write: (viewer, workspaces, work) =>
      withKnowledge(viewer, workspaces, (knowledgeOf) =>
        lendTransaction(connections, async (run) => {
          const [, entry, stamp] = await run([
            { text: 'begin isolation level read committed read write', values: [] },
            { text: 'select rowplane.begin_write($1) as viewer', values: [tokenOf(viewer)] },
            { text: 'select stamp from rowplane.enter($1, $2)', values: [tokenOf(viewer), workspaces] },
          ]);
          expectViewer(entry?.[0], viewer);
          // Realms may be added while the write waits; only the permissions that it was planned by must be the same.
          const planned = stampOf(knowledgeOf);
          const isOld = planned !== null && planned.split('.')[0] !== String(stamp?.[0]?.stamp).split('.')[0];
          // While the write lasts no permission changes, so what is learned now stays true.
          const result = await work({ knowledge: isOld ? await relearn(run, workspaces) : knowledgeOf, run });
          await run([COMMIT]);
          onCommit?.();
          return result;
        }),
      ),
    change: (viewer, work) =>
      withKnowledge(viewer, [], () =>
        lendTransaction(connections, async (run) => {
          const [, entry] = await run([
            { text: 'begin isolation level read committed read write', values: [] },
            enter(viewer, [], null),
          ]);
          expectViewer(entry?.[0], viewer);
          const result = await work(run);
          await run([COMMIT]);
          onCommit?.();
          return result;
        }),
      ),
    end: () => connections.end(),
  };
}

async function retrying<T>(work: () => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await work();
    } catch (error) {
      if (attempt === attemptsToLearn || !(isConflict(error) || isSpoilt(error))) throw error;
      await pause(attempt);
    }
  }
}

/** The connection was not as it should be, and was thrown away: another one will do. */
function isSpoilt(error: unknown): boolean {
  // A role that may not even enter, a transaction that failed before this one began, a kept statement that was never
  // prepared (the unit that should have failed before), or whose columns have become others.
  return error instanceof SpoiltConnection || ['42501', '25P02', '26000', '0A000'].includes(sqlState(error) ?? '');
}

function rethrow(error: unknown): never {
  throw asRefusal(error);
}

/** Waits a little longer each time, by chance, so that two that met don't meet again. */
function pause(attempt: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, Math.random() * 10 * 2 ** Math.min(attempt, attempts)));
}
