import type { Administration } from '../access/administrators.ts';
import { getOwnGroup } from './groups.ts';
import type { Group } from './groups.ts';
import { guardLastPlanes } from './last-planes.ts';
import { guardOwnPermissions } from './own-permissions.ts';
import { listByName } from './pages.ts';
import type { Page, PageRequest } from './pages.ts';
import { checkPrincipals } from './principals.ts';
import { USERS } from './users.ts';
import type { User } from './users.ts';

/** The direct members of a group; none for built-in groups, whose members follow from the roles. */
export function listMembers(a: Administration, group: string, request: PageRequest = {}): Promise<Page<User>> {
  const select = `${USERS} where u.id in (select m.user_id from rowplane.group_members m where m.group_id = $1)`;
  return listByName(a, { select, values: [group], idType: 'uuid' }, request);
}

/** The groups that a user is a direct member of. */
export function listGroupsOf(a: Administration, user: string): Promise<Group[]> {
  return a.query(
    `select g.id, g.name, g.colour, g.builtin from rowplane.group_members m
     join rowplane.groups g on g.id = m.group_id where m.user_id = $1 order by g.name`,
    [user],
  );
}

/** The groups right below (`children`) or above (`parents`) a group: a child inherits what its parents are given. */
export function listNested(a: Administration, group: string, side: 'children' | 'parents'): Promise<Group[]> {
  const [own, other] = side === 'children' ? ['parent_id', 'child_id'] : ['child_id', 'parent_id'];
  return a.query(
    `select g.id, g.name, g.colour, g.builtin from rowplane.group_nesting n
     join rowplane.groups g on g.id = n.${other} where n.${own} = $1 order by g.name`,
    [group],
  );
}

/** Adds users to a group; who is in it already stays in it. P7: needs `confirm` where a DENY takes your own EDIT_PERMISSIONS. */
export async function addMembers(
  a: Administration,
  id: string,
  users: readonly string[],
  confirm = false,
): Promise<Group> {
  const group = await getOwnGroup(a, id);
  await checkPrincipals(a, { users });
  await guardOwnPermissions(a, { users }, confirm, () =>
    a.query(
      'insert into rowplane.group_members (group_id, user_id) select $1, unnest($2::uuid[]) on conflict do nothing',
      [id, users],
    ),
  );
  return group;
}

/** Takes users out of a group. A9, P7: needs `confirm` where that takes someone's last plane in a workspace, or your own EDIT_PERMISSIONS. */
export async function removeMembers(
  a: Administration,
  id: string,
  users: readonly string[],
  confirm = false,
): Promise<Group> {
  const group = await getOwnGroup(a, id);
  await checkPrincipals(a, { users });
  await guardOwnPermissions(a, { users }, confirm, () =>
    guardLastPlanes(a, { people: users }, confirm, () =>
      a.query('delete from rowplane.group_members where group_id = $1 and user_id = any ($2::uuid[])', [id, users]),
    ),
  );
  return group;
}

/** Puts groups into a group. U9: VALIDATION_FAILED with the path where that would close a cycle. P7: as `addMembers`. */
export async function addSubgroups(
  a: Administration,
  id: string,
  children: readonly string[],
  confirm = false,
): Promise<Group> {
  const group = await getOwnGroup(a, id);
  await checkChildren(a, children);
  await guardOwnPermissions(a, { groups: children }, confirm, () =>
    a.query(
      'insert into rowplane.group_nesting (parent_id, child_id) select $1, unnest($2::uuid[]) on conflict do nothing',
      [id, children],
    ),
  );
  return group;
}

/** Takes groups out of a group. A9, P7: needs `confirm` as `removeMembers` does. */
export async function removeSubgroups(
  a: Administration,
  id: string,
  children: readonly string[],
  confirm = false,
): Promise<Group> {
  const group = await getOwnGroup(a, id);
  await checkChildren(a, children);
  await guardOwnPermissions(a, { groups: children }, confirm, () =>
    guardLastPlanes(a, { groups: children }, confirm, () =>
      a.query('delete from rowplane.group_nesting where parent_id = $1 and child_id = any ($2::uuid[])', [
        id,
        children,
      ]),
    ),
  );
  return group;
}

async function checkChildren(a: Administration, children: readonly string[]): Promise<void> {
  await checkPrincipals(a, { groups: children }, { groups: 'subgroups' });
  for (const child of children) await getOwnGroup(a, child);
}
