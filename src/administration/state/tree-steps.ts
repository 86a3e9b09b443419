import type { Steps, Work } from './step.ts';

/**
 * Entries and breaks, as the owner: who administers the account keeps its state, also of folders that administrators
 * don't see (U2). The lock-out guard (P7) and the log (L1) stay in force.
 */
export const TREE_STEPS = {
  break: {
    put: async (work, key) =>
      write(work, 'insert into rowplane.inheritance_breaks (object_id, archive_id) values ($1, $2)', [
        await objectOf(work, key),
        await archiveOf(work, key),
      ]),
    drop: async (work, key) =>
      write(work, 'delete from rowplane.inheritance_breaks where object_id = $1', [await objectOf(work, key)]),
  },
  entry: {
    put: async (work, key, { before, after }) =>
      before === null
        ? write(
            work,
            `insert into rowplane.object_entries (archive_id, object_id, user_id, group_id, permission, decision)
             values ($1, $2, $3, $4, $5, $6)`,
            [await archiveOf(work, key), ...(await entryOf(work, key)), after],
          )
        : write(
            work,
            `update rowplane.object_entries set decision = $5 where object_id = $1
               and user_id is not distinct from $2 and group_id is not distinct from $3 and permission = $4`,
            [...(await entryOf(work, key)), after],
          ),
    drop: async (work, key) =>
      write(
        work,
        `delete from rowplane.object_entries where object_id = $1
           and user_id is not distinct from $2 and group_id is not distinct from $3 and permission = $4`,
        await entryOf(work, key),
      ),
  },
} satisfies Record<string, Steps>;

/** Key: workspace, archive, object, `user` or `group`, name, permission. */
async function entryOf(work: Work, key: readonly string[]): Promise<unknown[]> {
  const [, , , kind, name, permission] = key;
  const id = await work.names.id(kind === 'user' ? 'users' : 'groups', name!);
  return [await objectOf(work, key), kind === 'user' ? id : null, kind === 'user' ? null : id, permission];
}

function objectOf({ names }: Work, [workspace, archive, object]: readonly string[]): Promise<string> {
  return names.object(workspace!, archive!, object!);
}

function archiveOf({ names }: Work, [workspace, archive]: readonly string[]): Promise<string> {
  return names.inWorkspace('archives', workspace!, archive!);
}

function write({ a }: Work, text: string, values: unknown[]): Promise<unknown> {
  return a.asOwner((owner) => owner.query(text, values));
}
