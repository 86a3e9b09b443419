import { recordId } from '../src/graphql/global-id.ts';
import type { Desk } from './desk.ts';
import { clock, type Expected } from './subscriber-messages.ts';
import type { World } from './world.ts';

/** Access that was taken away or given back, and what each of these people has to be told. */
export interface Moved {
  people: number;
  expected: Expected[];
}

/** Takes everything away from people of a class, by their group, past the server; or gives it back. */
export async function moveAccess(
  { superuser }: World,
  { workspace, classes }: Desk,
  { to, users, kind }: { to: number; users: readonly string[]; kind: 'APPEARED' | 'DISAPPEARED' },
): Promise<Moved> {
  const { client, group } = classes[to]!;
  const records = await superuser.query<{ id: string }>(
    `select id from ws_${workspace}.document where client_id = $1 and deleted_at is null`,
    [client],
  );
  // As the owner, whom no guard stops.
  await superuser.query('begin');
  await superuser.query('set local role rowplane_owner');
  await superuser.query(
    kind === 'APPEARED'
      ? 'insert into rowplane.group_members (group_id, user_id) select $1, unnest($2::uuid[])'
      : 'delete from rowplane.group_members where group_id = $1 and user_id = any ($2::uuid[])',
    [group, users],
  );
  const committed = clock();
  await superuser.query('commit');
  const keys = records.map(({ id }) => `${kind} ${recordId('Document', workspace, id)}`);
  return { people: users.length, expected: keys.map((key) => ({ hears: `class ${to}`, key, committed })) };
}
