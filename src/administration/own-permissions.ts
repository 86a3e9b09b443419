import type { Administration } from '../access/administrators.ts';
import { Refusal } from '../access/refusals.ts';
import type { PrincipalIds } from './principals.ts';

/**
 * P7: makes a change by which these people, or whom these groups reach, may lose EDIT_PERMISSIONS: by a membership, a role
 * or an assignment. Where that takes the acting administrator's own, anywhere, it is refused with LOCKED_OUT unless
 * confirmed; the refusal undoes the change with its transaction.
 */
export async function guardOwnPermissions<T>(
  a: Administration,
  affected: PrincipalIds,
  confirm: boolean,
  work: () => Promise<T>,
): Promise<T> {
  if (confirm || !(await isAffected(a, affected))) return work();
  const before = await managedScopes(a);
  const result = await work();
  const after = new Set(await managedScopes(a));
  if (!before.every((scope) => after.has(scope))) {
    throw new Refusal(
      'LOCKED_OUT',
      'Afterwards you could not edit the permissions of an archive, folder or record yourself any more. To do it all the same, set "confirm" (on the command line: --confirm).',
      { confirm: 'OWN_EDIT_PERMISSIONS' },
    );
  }
  return result;
}

async function isAffected(a: Administration, { users, groups }: PrincipalIds): Promise<boolean> {
  if (users?.some((id) => id.toLowerCase() === a.viewer.id)) return true;
  if (!groups?.length) return false;
  const reached = await a.asOwner((owner) =>
    owner.query('select from rowplane.people_reached($1) reached(id) where id = $2', [groups, a.viewer.id]),
  );
  return reached.length > 0;
}

/** Where the administrator may edit permissions. Asked as the owner, since their role may be another one by then. */
async function managedScopes(a: Administration): Promise<string[]> {
  const rows = await a.asOwner((owner) =>
    owner.query<{ id: string }>('select v.scope_id as id from rowplane.viewer_scopes() v where v.may_edit_permissions'),
  );
  return rows.map(({ id }) => id);
}
