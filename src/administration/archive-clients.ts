import type { Administration } from '../access/administrators.ts';
import { invalid, sqlState } from '../access/refusals.ts';
import { getArchive } from './archives.ts';
import type { Archive } from './archives.ts';
import { assignClient } from './client-assignments.ts';
import { getClient } from './clients.ts';
import type { PrincipalIds } from './principals.ts';

export interface EnableClientsInput {
  /** The client of the records that have none; needed if there are any. */
  client?: string | null;
  /** Who works for which client from the start: at least one, or nobody would see the archive any more (C6). */
  assignments: readonly (PrincipalIds & { client: string })[];
}

/** C2: turns clients on, gives the records without a client theirs and makes the first assignments, all or nothing. */
export async function enableClients(
  a: Administration,
  id: string,
  { client, assignments }: EnableClientsInput,
): Promise<{ archive: Archive; records: number }> {
  const archive = await getArchive(a, id);
  if (archive.clientsEnabled) throw invalid([{ path: 'archive', message: 'has clients on already' }]);
  if (client != null && (await getClient(a, client)).workspaceId !== archive.workspaceId) {
    throw invalid([{ path: 'client', message: 'belongs to another workspace' }]);
  }
  for (const [index, assignment] of assignments.entries()) {
    await assignClient(a, { ...assignment, archive: id }, `assignments[${index}].`);
  }
  if ((await a.query('select from rowplane.client_assignments where archive_id = $1 limit 1', [id])).length === 0) {
    const message = 'must say who works for a client: without any, nobody would see the archive';
    throw invalid([{ path: 'assignments', message }]);
  }
  const records = await moveRecords(a, id, client ?? null);
  return { archive: { ...archive, clientsEnabled: true }, records };
}

/** C2: turns clients off. Records keep theirs; this layer just stops filtering. */
export async function disableClients(a: Administration, id: string): Promise<Archive> {
  await getArchive(a, id);
  await a.asOwner((owner) =>
    owner.query('update rowplane.archives set clients_enabled = false where id = $1 and clients_enabled', [id]),
  );
  return getArchive(a, id);
}

async function moveRecords(a: Administration, archive: string, client: string | null): Promise<number> {
  try {
    const [moved] = await a.asOwner((owner) =>
      owner.query<{ records: number }>('select rowplane.enable_clients($1, $2)::int as records', [archive, client]),
    );
    return moved?.records ?? 0;
  } catch (error) {
    // V2's exception: a unique field is unique per archive and client, and these records come together under one client.
    if (sqlState(error) !== '23505') throw error;
    const message = 'would have two records with the same value in a unique field: choose another client';
    throw invalid([{ path: 'client', message }]);
  }
}
