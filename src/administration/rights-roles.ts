import type { Administration } from '../access/administrators.ts';
import { Refusal } from '../access/refusals.ts';
import { checkedName, collectProblems, refusingTaken } from './input.ts';
import { listByName } from './pages.ts';
import type { Page, PageRequest } from './pages.ts';
import { unknownIds } from './principals.ts';
import type { Profile } from './profiles.ts';
import { PROFILES } from './profiles.ts';

/** R3: profiles across applications, to be assigned as one. */
export interface RightsRole {
  id: string;
  name: string;
  /** To users; null if there is none. */
  assignmentCount: number | null;
}

const RIGHTS_ROLES = `
  select b.id, b.name, nullif((select count(*) from rowplane.rights_assignments t where t.rights_role_id = b.id), 0)::int as "assignmentCount"
  from rowplane.rights_roles b`;
const taken = { rights_roles_name_key: { path: 'name', message: 'is the name of another rights role' } };

export function listRightsRoles(a: Administration, request: PageRequest = {}): Promise<Page<RightsRole>> {
  return listByName(a, { select: RIGHTS_ROLES, idType: 'uuid' }, request);
}

/** The rights roles that a profile is in. */
export function listRightsRolesOf(a: Administration, profile: string): Promise<RightsRole[]> {
  return a.query(
    `${RIGHTS_ROLES} where b.id in (select m.rights_role_id from rowplane.rights_role_profiles m where m.profile_id = $1) order by b.name`,
    [profile],
  );
}

/** The profiles that a rights role bundles. */
export function listBundled(a: Administration, rightsRole: string): Promise<Profile[]> {
  return a.query(
    `${PROFILES} where p.id in (select m.profile_id from rowplane.rights_role_profiles m where m.rights_role_id = $1) order by p.name`,
    [rightsRole],
  );
}

/** Throws NOT_FOUND. */
export async function getRightsRole(a: Administration, id: string): Promise<RightsRole> {
  const [role] = await a.query<RightsRole>(`${RIGHTS_ROLES} where b.id = $1`, [id]);
  if (!role) throw new Refusal('NOT_FOUND', 'There is no such rights role.', { path: 'rightsRole' });
  return role;
}

export async function createRightsRole(
  a: Administration,
  input: { name: string; profiles?: readonly string[] | null },
): Promise<RightsRole> {
  const [row] = await refusingTaken(taken, () =>
    a.query<{ id: string }>('insert into rowplane.rights_roles (name) values ($1) returning id', [
      checkedName(input.name),
    ]),
  );
  return addProfiles(a, row!.id, input.profiles ?? []);
}

export async function renameRightsRole(a: Administration, id: string, name: string): Promise<RightsRole> {
  await getRightsRole(a, id);
  await refusingTaken(taken, () =>
    a.query('update rowplane.rights_roles set name = $2 where id = $1', [id, checkedName(name)]),
  );
  return getRightsRole(a, id);
}

/** Puts profiles into a rights role; those that are in it stay so. */
export async function addProfiles(a: Administration, id: string, profiles: readonly string[]): Promise<RightsRole> {
  const role = await getRightsRole(a, id);
  await checkProfiles(a, profiles);
  await a.query(
    'insert into rowplane.rights_role_profiles (rights_role_id, profile_id) select $1, unnest($2::uuid[]) on conflict do nothing',
    [id, profiles],
  );
  return role;
}

/** Takes profiles out of a rights role: everyone who has it loses what they give. */
export async function removeProfiles(a: Administration, id: string, profiles: readonly string[]): Promise<RightsRole> {
  const role = await getRightsRole(a, id);
  await checkProfiles(a, profiles);
  await a.query(
    'delete from rowplane.rights_role_profiles where rights_role_id = $1 and profile_id = any ($2::uuid[])',
    [id, profiles],
  );
  return role;
}

/** IN_USE, with the list, while it is assigned; the database sees to it. Its profiles stay. */
export async function deleteRightsRole(a: Administration, id: string): Promise<void> {
  await getRightsRole(a, id);
  await a.query('delete from rowplane.rights_roles where id = $1', [id]);
}

async function checkProfiles(a: Administration, profiles: readonly string[]): Promise<void> {
  const problems = collectProblems();
  for (const index of await unknownIds(a, 'profiles', profiles)) problems.add(`profiles[${index}]`, 'is no profile');
  problems.refuse();
}
