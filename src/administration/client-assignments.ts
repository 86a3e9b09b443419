import type { Administration } from '../access/administrators.ts';
import { invalid } from '../access/refusals.ts';
import { getArchive } from './archives.ts';
import { getClient } from './clients.ts';
import { guardOwnPermissions } from './own-permissions.ts';
import { listByName } from './pages.ts';
import type { Page, PageRequest } from './pages.ts';
import { PRINCIPALS, checkPrincipals } from './principals.ts';
import type { Principal, PrincipalIds } from './principals.ts';

/** C4: users and groups that work, or are to work, for a client in an archive. */
export interface AssignmentInput extends PrincipalIds {
  client: string;
  archive: string;
}

/** Something that was done, and that the administrator should know about. */
export interface Warning {
  code: 'LAST_ASSIGNMENT';
  message: string;
}

const ASSIGNED = `
  select from rowplane.client_assignments t
  where t.client_id = $1 and t.archive_id = $2 and (t.user_id = p.id or t.group_id = p.id)`;

/** C4: who works for a client in an archive. */
export function listAssigned(
  a: Administration,
  { client, archive }: { client: string; archive: string },
  request: PageRequest = {},
): Promise<Page<Principal>> {
  const select = `select p.* from (${PRINCIPALS}) p where exists (${ASSIGNED})`;
  return listByName(a, { select, values: [client, archive], idType: 'uuid' }, request);
}

/** C4: who could be assigned besides. */
export function listAssignable(
  a: Administration,
  { client, archive }: { client: string; archive: string },
  request: PageRequest = {},
): Promise<Page<Principal>> {
  const select = `select p.* from (${PRINCIPALS}) p where not exists (${ASSIGNED})`;
  return listByName(a, { select, values: [client, archive], idType: 'uuid' }, request);
}

/** Assigns any number at once; who is assigned already stays so. `at` is put before the paths of problems. */
export async function assignClient(a: Administration, input: AssignmentInput, at = ''): Promise<void> {
  await checkAssignment(a, input, at);
  const { client, archive, users, groups } = input;
  if ((users?.length ?? 0) + (groups?.length ?? 0) === 0) {
    throw invalid([{ path: `${at}users`, message: 'names nobody, and neither does "groups"' }]);
  }
  await a.query(
    `insert into rowplane.client_assignments (client_id, archive_id, user_id, group_id)
     select $1, $2, given.user_id, given.group_id
     from (select unnest($3::uuid[]), null::uuid union select null, unnest($4::uuid[])) given(user_id, group_id)
     on conflict do nothing`,
    [client, archive, users ?? [], groups ?? []],
  );
}

/**
 * Takes assignments away; needs `confirm` where that takes your own EDIT_PERMISSIONS (P7). C9: warns when the client's last
 * one in the archive is gone and nobody sees its records.
 */
export async function unassignClient(
  a: Administration,
  input: AssignmentInput,
  at = '',
  confirm = false,
): Promise<Warning[]> {
  const { client, archive } = await checkAssignment(a, input, at);
  const gone = await guardOwnPermissions(a, input, confirm, () =>
    a.query(
      `delete from rowplane.client_assignments where client_id = $1 and archive_id = $2
         and (user_id = any ($3::uuid[]) or group_id = any ($4::uuid[])) returning 1`,
      [input.client, input.archive, input.users ?? [], input.groups ?? []],
    ),
  );
  const left = await a.query(
    'select from rowplane.client_assignments where client_id = $1 and archive_id = $2 limit 1',
    [input.client, input.archive],
  );
  if (gone.length === 0 || left.length > 0) return [];
  const effect = archive.clientsEnabled
    ? 'nobody sees its records there any more'
    : 'its records there are nobody’s once clients are on';
  return [
    { code: 'LAST_ASSIGNMENT', message: `"${client.name}" has no assignment left in "${archive.name}": ${effect}.` },
  ];
}

async function checkAssignment(a: Administration, input: AssignmentInput, at: string) {
  const client = await getClient(a, input.client);
  const archive = await getArchive(a, input.archive);
  if (client.workspaceId !== archive.workspaceId) {
    throw invalid([{ path: `${at}client`, message: `belongs to another workspace than "${archive.name}"` }]);
  }
  await checkPrincipals(a, input, { users: `${at}users`, groups: `${at}groups` });
  return { client, archive };
}
