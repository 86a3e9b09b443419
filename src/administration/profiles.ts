import type { Administration } from '../access/administrators.ts';
import { Refusal } from '../access/refusals.ts';
import { getApplication } from './applications.ts';
import { checkedName, refusingTaken } from './input.ts';
import { listByName } from './pages.ts';
import type { Page, PageRequest } from './pages.ts';

/** R2: a level for each right of one application. */
export interface Profile {
  id: string;
  name: string;
  /** The application's name. */
  application: string;
  /** R8: to users, through rights roles too; null if there is none. */
  assignmentCount: number | null;
}

/** Profiles as the API shows them; the table is `p`. */
export const PROFILES = `
  select p.id, p.name, p.application, nullif((select count(*) from rowplane.rights_assignments t
      where t.profile_id = p.id or t.rights_role_id in (
        select b.rights_role_id from rowplane.rights_role_profiles b where b.profile_id = p.id)), 0)::int as "assignmentCount"
  from rowplane.profiles p`;
const taken = { profiles_name_key: { path: 'name', message: 'is the name of another profile' } };

/** R8: all profiles, or those of one application. */
export async function listProfiles(
  a: Administration,
  request: PageRequest & { application?: string | null } = {},
): Promise<Page<Profile>> {
  if (request.application != null) await getApplication(a, request.application);
  const select = `${PROFILES} where $1::text is null or p.application = $1`;
  return listByName(a, { select, values: [request.application ?? null], idType: 'uuid' }, request);
}

/** Throws NOT_FOUND. */
export async function getProfile(a: Administration, id: string): Promise<Profile> {
  const [profile] = await a.query<Profile>(`${PROFILES} where p.id = $1`, [id]);
  if (!profile) throw new Refusal('NOT_FOUND', 'There is no such profile.', { path: 'profile' });
  return profile;
}

/** R2: a profile with every right of its application at NONE. */
export async function createProfile(a: Administration, input: { name: string; application: string }): Promise<Profile> {
  await getApplication(a, input.application);
  const [profile] = await refusingTaken(taken, () =>
    a.query<{ id: string }>('insert into rowplane.profiles (name, application) values ($1, $2) returning id', [
      checkedName(input.name),
      input.application,
    ]),
  );
  return getProfile(a, profile!.id);
}

export async function renameProfile(a: Administration, id: string, name: string): Promise<Profile> {
  await getProfile(a, id);
  await refusingTaken(taken, () =>
    a.query('update rowplane.profiles set name = $2 where id = $1', [id, checkedName(name)]),
  );
  return getProfile(a, id);
}

/** R8: another profile with the same levels, assigned to nobody. */
export async function duplicateProfile(a: Administration, id: string, name: string): Promise<Profile> {
  const { application } = await getProfile(a, id);
  const copy = await createProfile(a, { name, application });
  await a.query(
    'insert into rowplane.profile_rights (profile_id, right_name, level) select $2, right_name, level from rowplane.profile_rights where profile_id = $1',
    [id, copy.id],
  );
  return copy;
}

/** R8: IN_USE, with the list, while it is assigned or in a rights role; the database sees to it. */
export async function deleteProfile(a: Administration, id: string): Promise<void> {
  await getProfile(a, id);
  await a.query('delete from rowplane.profiles where id = $1', [id]);
}
