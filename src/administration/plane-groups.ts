import type { Administration } from '../access/administrators.ts';
import { invalid } from '../access/refusals.ts';
import type { Definitions } from '../compiler/definition.ts';
import type { Group } from './groups.ts';
import { guardLastPlanes } from './last-planes.ts';
import { type Escapes, findEscapes } from './plane-escapes.ts';
import { getPlane, listAllPlanes, type Plane } from './planes.ts';
import { checkPrincipals } from './principals.ts';

/** A6: the groups that a plane is assigned to. */
export function listPlaneGroups(a: Administration, plane: number): Promise<Group[]> {
  return a.query<Group>(
    `select g.id, g.name, g.colour, g.builtin from rowplane.plane_groups p
     join rowplane.groups g on g.id = p.group_id where p.plane_id = $1 order by g.name`,
    [plane],
  );
}

/** A6: links groups to a plane. A9: answers whom the plane doesn't restrict, since another plane shows them more. */
export async function assignPlane(
  a: Administration,
  definitions: Definitions,
  id: number,
  groups: readonly string[],
): Promise<{ plane: Plane; escapes: Escapes }> {
  const before = await getPlane(a, definitions, id);
  if (groups.length === 0) throw invalid([{ path: 'groups', message: 'must name at least one group' }]);
  await checkPrincipals(a, { groups });
  await a.query(
    'insert into rowplane.plane_groups (plane_id, group_id) select $1, unnest($2::uuid[]) on conflict do nothing',
    [id, groups],
  );
  const planes = await listAllPlanes(a, definitions, before.workspaceId);
  const escapes = await findEscapes(a, definitions, { plane: before, groups, planes });
  return { plane: await getPlane(a, definitions, id), escapes };
}

/** Unlinks groups. A9: needs `confirm` where that takes someone's last plane in the workspace. */
export async function unassignPlane(
  a: Administration,
  definitions: Definitions,
  id: number,
  groups: readonly string[],
  confirm = false,
): Promise<Plane> {
  await getPlane(a, definitions, id);
  await checkPrincipals(a, { groups });
  await guardLastPlanes(a, { groups }, confirm, () =>
    a.query('delete from rowplane.plane_groups where plane_id = $1 and group_id = any ($2::uuid[])', [id, groups]),
  );
  return getPlane(a, definitions, id);
}
