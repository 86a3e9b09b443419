import type { Knowledge } from '../access/knowledge.ts';
import type { Viewer, Viewers } from '../access/viewers.ts';
import { runAll, Steps, type StartReading } from './reading.ts';
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
  /** Reads all of them on one snapshot, their steps side by side. `deep`: some may take more than one step. */
  read(viewer: Viewer, reads: readonly Read[], deep: boolean): Promise<unknown[]>;
}

const ATTEMPTS = 4;

export function createReader(viewers: Viewers): Reader {
  const scopes = createScopes(viewers);

  async function once(viewer: Viewer, reads: readonly Read[], deep: boolean): Promise<unknown[] | null> {
    const places = await placesOf(scopes, viewer, reads);
    const all = [...new Set(places.flat())];
    const everywhere = reads.some(({ scope }) => scope === 'everywhere');
    const readings = (knowledge: Map<number, Knowledge>) =>
      reads.map(({ start }, index) => start(knowledgeIn(knowledge, places[index]!)));
    if (deep) {
      return viewers.snapshot(viewer, all, async ({ knowledge, run }) => {
        const check = everywhere ? scopes.check(viewer, knowledge.values()) : null;
        if (check !== null && !scopes.confirm(viewer, knowledge.values(), (await run([check]))[0]!)) return null;
        return runAll(readings(knowledge), run);
      });
    }
    let steps = new Steps([]);
    let used: Knowledge[] = [];
    let checked = false;
    const results = await viewers.read(viewer, all, (knowledge) => {
      steps = new Steps(readings(knowledge));
      used = [...knowledge.values()];
      const check = everywhere ? scopes.check(viewer, used) : null;
      checked = check !== null;
      return check === null ? steps.statements : [...steps.statements, check];
    });
    if (checked && !scopes.confirm(viewer, used, results.at(-1)!)) return null;
    steps.feed(results);
    if (!steps.done) throw new Error('A reading that was announced as one step needs another.');
    return steps.results;
  }

  return {
    viewers,
    scopes,
    async read(viewer, reads, deep) {
      for (let attempt = 1; attempt <= ATTEMPTS; attempt++) {
        const results = await once(viewer, reads, deep);
        if (results !== null) return results;
      }
      throw new Error(`The viewer's workspaces changed ${ATTEMPTS} times while they were being read.`);
    },
  };
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
