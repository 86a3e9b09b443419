import { beforeEach } from 'vitest';
import { useTree, type Tree } from './world.ts';

// Folders with many records get scopes before anybody needs them. Three are many here.

const MANY = 3;

export interface Crowds {
  tree: () => Tree;
  /** Two people who see everything, and a folder for each test. */
  ben: () => string;
  cleo: () => string;
  a: () => string;
  /** In all names of the test. */
  tag: () => string;
  folder: (parent: string, name: string) => Promise<string>;
  fill: (where: string, many: number) => Promise<void>;
  /** Makes scopes, of these folders or of those that should have one. */
  prepare: (chosen?: string[]) => Promise<void>;
  /** Moves all records that wait, so many at a time; in how many steps. */
  settle: (atOnce?: number) => Promise<number>;
  settleOnce: (many: number) => Promise<void>;
  scopeOf: (object: string) => Promise<{ prepared: boolean; parent_id: string; inherits: boolean }[]>;
  /** Folders with records that wait. */
  unsettled: () => Promise<number>;
}

export function useCrowds(): Crowds {
  let [ben, cleo, a, tag] = ['', '', '', ''];
  const tree = useTree(async (here) => {
    [ben, cleo] = [await here.user('ben'), await here.user('cleo')];
    await here.admit(ben, cleo);
    await here.owner.query(
      `create or replace function rowplane.crowd() returns int language sql immutable as $$ select ${MANY} $$`,
    );
  });
  const query = <R>(text: string, ...values: unknown[]) => tree().owner.query<R>(text, values);
  const step = async (many: number): Promise<number> => {
    const [row] = await query<{ done: number }>('select rowplane.settle_some($1, $2) as done', tree().workspace, many);
    return row!.done;
  };
  const settle = async (atOnce = 1000): Promise<number> => {
    for (let steps = 0; ; steps++) if ((await step(atOnce)) === 0) return steps;
  };

  beforeEach(async () => {
    tag = String(Math.random());
    await settle();
    a = await tree().folder(tree().archive, `a ${tag}`);
  });
  return {
    tree,
    ben: () => ben,
    cleo: () => cleo,
    a: () => a,
    tag: () => tag,
    folder: (parent, name) => tree().folder(parent, `${name} ${tag}`),
    async fill(where, many) {
      for (let at = 0; at < many; at++) await tree().document(where, `paper ${tag} ${where} ${at}`);
    },
    async prepare(chosen) {
      await query(
        'select rowplane.prepare_scopes($1, coalesce($2::uuid[], rowplane.crowded_folders($1, rowplane.crowd())))',
        tree().workspace,
        chosen ?? null,
      );
    },
    settle,
    async settleOnce(many) {
      await step(many);
    },
    scopeOf: (object) =>
      query('select prepared, parent_id, inherits from rowplane.scopes where object_id = $1', object),
    unsettled: async () => (await query('select from rowplane.unsettled_folders')).length,
  };
}
