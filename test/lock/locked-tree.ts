import { createTree, type Tree } from '../tree/world.ts';

/** A tree with a manager who may lock it, a clerk, a manager of another archive, and an administrator. */
export interface LockedTree extends Tree {
  people: Record<'ada' | 'mia' | 'ben' | 'cleo', string>;
  planeId: number;
  lock(person: string, reason?: string): Promise<void>;
  unlock(person: string): Promise<boolean>;
  /** Past all guards. */
  unlockAll(): Promise<void>;
  holder(): Promise<string | null>;
}

export async function createLockedTree(): Promise<LockedTree> {
  const tree = await createTree();
  const { owner, workspace } = tree;
  const [ada, mia, ben, cleo] = [
    await tree.user('ada', 'ADMINISTRATOR'),
    await tree.user('mia'),
    await tree.user('ben'),
    await tree.user('cleo'),
  ];
  await tree.admit(ada, mia, ben, cleo);
  await tree.entry(tree.archive, mia, 'EDIT_PERMISSIONS', 'ALLOW');
  const [plane] = await owner.query<{ id: number }>(`select id from rowplane.planes where name = 'all'`);
  return {
    ...tree,
    people: { ada, mia, ben, cleo },
    planeId: plane!.id,
    async lock(person, reason = 'Moving house') {
      await tree.as(person, (sql) => sql.query('select rowplane.lock_workspace($1, $2)', [workspace, reason]));
    },
    unlock: (person) =>
      tree.as(person, async (sql) => {
        const [row] = await sql.query<{ ended: boolean }>('select rowplane.unlock_workspace($1) as ended', [workspace]);
        return row!.ended;
      }),
    async unlockAll() {
      await owner.query('delete from rowplane.workspace_locks');
    },
    async holder() {
      const [row] = await owner.query<{ holder: string }>('select holder_id as holder from rowplane.workspace_locks');
      return row?.holder ?? null;
    },
  };
}
