import { Refusal } from '../access/refusals.ts';
import type { Viewer, Viewers } from '../access/viewers.ts';
import type { MappedColumns } from './mapping.ts';

/** Where the records of a file go, as the importing user sees it. */
export interface ImportPlace {
  workspace: number;
  archive: string;
  folder: string;
  /** The user's clients in the archive by name, or null where clients are off (C1). */
  clients: Map<string, string> | null;
}

export interface PlaceNames {
  workspace: string;
  archive: string;
  /** A path of folder names below the archive's root, such as `2026/Incoming`; the root by default. */
  folder?: string | undefined;
}

/**
 * Finds the place among what the user sees, and readies it for records of each of the user's clients there.
 * Throws NOT_FOUND that names what is missing; hidden and missing are the same.
 */
export async function findImportPlace(viewers: Viewers, viewer: Viewer, names: PlaceNames): Promise<ImportPlace> {
  const [archives = []] = await viewers.read(viewer, [], () => [
    {
      text: `select a.id, a.workspace_id, a.clients_enabled
        from rowplane.visible_archives a join rowplane.visible_workspaces w on w.id = a.workspace_id
        where w.name = $1 and a.name = $2`,
      values: [names.workspace, names.archive],
    },
  ]);
  const [found] = archives;
  if (!found) {
    throw new Refusal(
      'NOT_FOUND',
      `There is no archive "${names.archive}" in a workspace "${names.workspace}" that this user sees.`,
    );
  }
  const archive = found.id as string;
  const [folder, clients] = await Promise.all([
    findFolder(viewers, viewer, archive, names.folder ?? ''),
    found.clients_enabled ? clientsOf(viewers, viewer, archive) : null,
  ]);
  return { workspace: found.workspace_id as number, archive, folder, clients };
}

async function findFolder(viewers: Viewers, viewer: Viewer, archive: string, path: string): Promise<string> {
  const steps = path.split('/').filter((step) => step !== '');
  const [rows = []] = await viewers.read(viewer, [], () => [
    {
      text: `with recursive walk(id, depth) as (
          select $1::uuid, 0
          union all
          select f.id, w.depth + 1 from walk w
          join rowplane.visible_folders f on f.parent_id = w.id and f.archive_id = $1::uuid and f.name = ($2::text[])[w.depth + 1])
        select id from walk where depth = cardinality($2::text[])`,
      values: [archive, steps],
    },
  ]);
  const id = rows[0]?.id as string | undefined;
  if (id === undefined) throw new Refusal('NOT_FOUND', `There is no folder "${path}" in the archive.`);
  return id;
}

async function clientsOf(viewers: Viewers, viewer: Viewer, archive: string): Promise<Map<string, string>> {
  const [rows = []] = await viewers.read(viewer, [], () => [
    { text: 'select client_id, name from rowplane.visible_clients where archive_id = $1', values: [archive] },
  ]);
  return new Map(rows.map((row) => [row.name as string, row.client_id as string]));
}

/** What a row's client is, from the text of its client column, or the reason why it has none. */
export type ChooseClient = (text: string | null) => { client: string | null } | { problem: string };

/**
 * C7, C8: the client of each row: as a column of the file says, else the user's only one. Where it follows from a
 * reference, it is found with that. Throws at once when no row could have a client, or when the file names clients where
 * there are none.
 */
export function clientChooser(
  { clients }: ImportPlace,
  { client: column, clientOf }: Pick<MappedColumns, 'client' | 'clientOf'>,
): ChooseClient {
  const fromFile = column !== null;
  if (!clients) {
    if (fromFile || clientOf)
      throw new Refusal('VALIDATION_FAILED', 'Clients are off in this archive: leave out --client-from and "client".');
    return () => ({ client: null });
  }
  if (clientOf) return () => ({ client: null });
  const only = clients.size === 1 ? [...clients.values()][0] : undefined;
  const names = [...clients.keys()].sort().join(', ');
  if (!fromFile && only === undefined) {
    throw new Refusal(
      'CLIENT_REQUIRED',
      `Records of this archive need a client, and this user works for several (${names}): name the column with --client-from.`,
      { clients: [...clients].map(([name, id]) => ({ id, name })) },
    );
  }
  return (text) => {
    const name = text?.trim() ?? '';
    if (name === '') return only === undefined ? { problem: `needs a client: one of ${names}` } : { client: only };
    const client = clients.get(name);
    return client === undefined
      ? { problem: `has the client "${name}", which is not one of the user's in this archive` }
      : { client };
  };
}
