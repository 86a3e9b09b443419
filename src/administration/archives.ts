import type { Administration } from '../access/administrators.ts';
import { Refusal, invalid } from '../access/refusals.ts';
import { checkedName, refusingTaken } from './input.ts';
import { listByName } from './pages.ts';
import type { Page, PageRequest } from './pages.ts';

/** An archive as a setting (U2): being listed here shows nobody a record. */
export interface Archive {
  id: string;
  workspaceId: number;
  name: string;
  /** C1. */
  clientsEnabled: boolean;
}

const ARCHIVES = `
  select id, workspace_id as "workspaceId", name, clients_enabled as "clientsEnabled" from rowplane.archives`;
const taken = { archives_workspace_id_name_key: { path: 'name', message: 'is the name of another archive here' } };

export function listArchives(
  a: Administration,
  request: PageRequest & { workspaceId?: number | null } = {},
): Promise<Page<Archive>> {
  const select = `${ARCHIVES} where $1::int is null or workspace_id = $1`;
  return listByName(a, { select, values: [request.workspaceId ?? null], idType: 'uuid' }, request);
}

/** Throws NOT_FOUND. */
export async function getArchive(a: Administration, id: string): Promise<Archive> {
  const [archive] = await a.query<Archive>(`${ARCHIVES} where id = $1`, [id]);
  if (!archive) throw new Refusal('NOT_FOUND', 'There is no such archive.', { path: 'archive' });
  return archive;
}

/** A new archive: clients off (C1), everybody but guests may do everything at its root (P6), its creator may change that. */
export async function createArchive(a: Administration, input: { workspaceId: number; name: string }): Promise<Archive> {
  const name = checkedName(input.name);
  if (name.includes('/')) throw invalid([{ path: 'name', message: 'must not contain "/", which separates folders' }]);
  const [row] = await refusingTaken(taken, () =>
    a.query<{ id: string }>(
      `insert into rowplane.archives (workspace_id, name, created_by)
       select w.id, $2, rowplane.viewer() from rowplane.workspaces w where w.id = $1 returning id`,
      [input.workspaceId, name],
    ),
  );
  if (!row) throw new Refusal('NOT_FOUND', 'There is no such workspace.', { path: 'workspace' });
  return getArchive(a, row.id);
}

export async function renameArchive(a: Administration, id: string, name: string): Promise<Archive> {
  await getArchive(a, id);
  if (name.includes('/')) throw invalid([{ path: 'name', message: 'must not contain "/", which separates folders' }]);
  await refusingTaken(taken, () =>
    a.query('update rowplane.archives set name = $2 where id = $1', [id, checkedName(name)]),
  );
  return getArchive(a, id);
}

/** IN_USE while there are records, in the trash too, or folders below the root. */
export async function deleteArchive(a: Administration, id: string): Promise<void> {
  const archive = await getArchive(a, id);
  const [content] = await a.asOwner((owner) =>
    owner.query<{ records: boolean; folders: boolean }>(
      `select rowplane.has_records($1, $2, null) as records,
         exists (select from rowplane.folders f where f.archive_id = $2 and f.parent_id is not null) as folders`,
      [archive.workspaceId, id],
    ),
  );
  if (content?.records || content?.folders) {
    const what = content.records ? 'records, perhaps in the trash' : 'folders';
    throw new Refusal('IN_USE', `The archive "${archive.name}" still has ${what}. Only an empty one can be deleted.`);
  }
  await a.query('delete from rowplane.archives where id = $1', [id]);
}
