import type { Administration } from '../access/administrators.ts';
import { Refusal } from '../access/refusals.ts';
import { checkedName, refusingTaken } from './input.ts';
import { guardOwnPermissions } from './own-permissions.ts';
import { listByName } from './pages.ts';
import type { Page, PageRequest } from './pages.ts';

/** A party whose records are kept apart from the other parties' in an archive. */
export interface Client {
  id: string;
  workspaceId: number;
  name: string;
}

const CLIENTS = 'select id, workspace_id as "workspaceId", name from rowplane.clients';
const taken = { clients_workspace_id_name_key: { path: 'name', message: 'is the name of another client here' } };

export function listClients(
  a: Administration,
  request: PageRequest & { workspaceId?: number | null } = {},
): Promise<Page<Client>> {
  const select = `${CLIENTS} where $1::int is null or workspace_id = $1`;
  return listByName(a, { select, values: [request.workspaceId ?? null], idType: 'uuid' }, request);
}

/** Throws NOT_FOUND. */
export async function getClient(a: Administration, id: string): Promise<Client> {
  const [client] = await a.query<Client>(`${CLIENTS} where id = $1`, [id]);
  if (!client) throw new Refusal('NOT_FOUND', 'There is no such client.', { path: 'client' });
  return client;
}

export async function createClient(a: Administration, input: { workspaceId: number; name: string }): Promise<Client> {
  const name = checkedName(input.name);
  const [client] = await refusingTaken(taken, () =>
    a.query<Client>(
      `insert into rowplane.clients (workspace_id, name) select w.id, $2 from rowplane.workspaces w where w.id = $1
       returning id, workspace_id as "workspaceId", name`,
      [input.workspaceId, name],
    ),
  );
  if (!client) throw new Refusal('NOT_FOUND', 'There is no such workspace.', { path: 'workspace' });
  return client;
}

export async function renameClient(a: Administration, id: string, name: string): Promise<Client> {
  await getClient(a, id);
  await refusingTaken(taken, () =>
    a.query('update rowplane.clients set name = $2 where id = $1', [id, checkedName(name)]),
  );
  return getClient(a, id);
}

/**
 * C9: IN_USE while the client has records, in whatever archive, in the trash too. Its assignments go with it, which needs
 * `confirm` where that takes your own EDIT_PERMISSIONS (P7).
 */
export async function deleteClient(a: Administration, id: string, confirm = false): Promise<void> {
  const client = await getClient(a, id);
  await a.asOwner(async (owner) => {
    const [used] = await owner.query<{ records: boolean }>('select rowplane.has_records($1, null, $2) as records', [
      client.workspaceId,
      id,
    ]);
    if (used?.records) {
      const message = `The client "${client.name}" has records, perhaps in the trash. Give them to another client first.`;
      throw new Refusal('IN_USE', message);
    }
    await owner.query('delete from rowplane.realms where client_id = $1', [id]);
  });
  const [assigned] = await a.query<{ users: string[]; groups: string[] }>(
    `select coalesce(array_agg(t.user_id) filter (where t.user_id is not null), '{}') as users,
       coalesce(array_agg(t.group_id) filter (where t.group_id is not null), '{}') as groups
     from rowplane.client_assignments t where t.client_id = $1`,
    [id],
  );
  await guardOwnPermissions(a, assigned!, confirm, () => a.query('delete from rowplane.clients where id = $1', [id]));
}
