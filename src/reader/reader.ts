import type { Knowledge } from '../access/knowledge.ts';
import type { Row, Statement } from '../access/unit.ts';
import type { Viewer, Viewers } from '../access/viewers.ts';
import { Steps, type Reading, type StartReading } from './reading.ts';
import { createScopes, type Scope, type Scopes } from './scopes.ts';

/** One thing to read: where, and how. */
export interface Read {
  scope: Scope;
  start: StartReading<unknown>;
}

/** Reads for viewers. One per process. */
export interface Reader {
  viewers: Viewers;
  scopes: Scopes;
  /** Reads all of them on one snapshot, their steps side by side, which are at most `steps`. */
  read(viewer: Viewer, reads: readonly Read[], steps: number): Promise<unknown[]>;
}

const ATTEMPTS = 4;

export function createReader(viewers: Viewers): Reader {
  const scopes = createScopes(viewers);

  async function once(viewer: Viewer, reads: readonly Read[], count: number): Promise<unknown[] | null> {
    const places = await placesOf(scopes, viewer, reads);
    const all = [...new Set(places.flat())];
    const everywhere = reads.findIndex(({ scope }) => scope === 'everywhere');
    const used = places[everywhere] ?? [];
    let complete = true;
    const start = (known: Map<number, Knowledge>): Steps => {
      const knowledge = [...known.values()];
      const readings = reads.map((read, index): Reading<unknown> => read.start(knowledgeIn(known, places[index]!)));
      const check = everywhere >= 0 ? scopes.check(viewer, used, knowledge) : null;
      if (check === null) return new Steps(readings);
      const confirm = (rows: Row[]): void => void (complete = scopes.confirm(viewer, used, knowledge, rows));
      return new Steps([...readings, checking(check, confirm)]);
    };
    if (count > 1) {
      const steps = await viewers.steps(viewer, all, count, start);
      return complete ? steps.results.slice(0, reads.length) : null;
    }
    let steps = new Steps([]);
    const rows = await viewers.read(viewer, all, (known) => (steps = start(known)).statements);
    steps.feed(rows);
    if (!steps.done) throw new Error('A reading of one step needs another one.');
    return complete ? steps.results.slice(0, reads.length) : null;
  }

  return {
    viewers,
    scopes,
    async read(viewer, reads, steps) {
      for (let attempt = 1; attempt <= ATTEMPTS; attempt++) {
        const results = await once(viewer, reads, steps);
        if (results !== null) return results;
      }
      throw new Error(`The viewer's workspaces changed ${ATTEMPTS} times while they were being read.`);
    },
  };
}

/** Asks for the viewer's workspaces beside other readings. */
function* checking(statement: Statement, confirm: (rows: Row[]) => void): Reading<void> {
  const [rows] = yield [statement];
  confirm(rows!);
}

/** The workspaces of each read's scope. */
export function placesOf(
  scopes: Scopes,
  viewer: Viewer,
  reads: readonly { scope: Scope }[],
): Promise<(readonly number[])[]> {
  return Promise.all(reads.map(async ({ scope }) => scopes.workspacesOf(viewer, scope)));
}

export function knowledgeIn(knowledge: ReadonlyMap<number, Knowledge>, workspaces: readonly number[]): Knowledge[] {
  return workspaces.flatMap((workspace) => knowledge.get(workspace) ?? []);
}
