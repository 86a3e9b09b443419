import type { Administration } from '../access/administrators.ts';
import type { RightLevel } from '../access/knowledge.ts';
import type { RightAtLevel } from './applications.ts';
import { collectProblems } from './input.ts';
import { getProfile } from './profiles.ts';
import type { Profile } from './profiles.ts';

/** The level that a profile is to have for a right. */
export interface LevelInput {
  right: string;
  level: RightLevel;
}

/** R8: every right of the profile's application, by title, with its level. */
export function listProfileRights(a: Administration, profile: string): Promise<RightAtLevel[]> {
  return a.query(
    `select r.name, r.title, coalesce(l.level, 'NONE') as level
     from rowplane.profiles p
     join rowplane.application_rights b on b.application = p.application
     join rowplane.rights r on r.name = b.right_name
     left join rowplane.profile_rights l on l.profile_id = p.id and l.right_name = r.name
     where p.id = $1 order by r.title, r.name`,
    [profile],
  );
}

/** R2: sets some levels and leaves the others. VALIDATION_FAILED for rights of another application. */
export async function setProfileRights(a: Administration, id: string, levels: readonly LevelInput[]): Promise<Profile> {
  const profile = await getProfile(a, id);
  const known = new Set((await listProfileRights(a, id)).map(({ name }) => name));
  const problems = collectProblems();
  const seen = new Set<string>();
  for (const [index, { right }] of levels.entries()) {
    if (!known.has(right))
      problems.add(`rights[${index}].right`, `is no right of the application "${profile.application}"`);
    if (seen.has(right)) problems.add(`rights[${index}].right`, 'is named twice');
    seen.add(right);
  }
  problems.refuse();
  const rights = levels.map(({ right }) => right);
  await store(
    a,
    id,
    rights,
    levels.map(({ level }) => level),
  );
  return profile;
}

/** R8: every right of the profile at one level. */
export async function setAllProfileRights(a: Administration, id: string, level: RightLevel): Promise<Profile> {
  const profile = await getProfile(a, id);
  const rights = (await listProfileRights(a, id)).map(({ name }) => name);
  await store(
    a,
    id,
    rights,
    rights.map(() => level),
  );
  return profile;
}

/** NONE has no row. */
async function store(a: Administration, profile: string, rights: string[], levels: RightLevel[]): Promise<void> {
  const given = 'unnest($2::text[], $3::text[]) g(right_name, level)';
  await a.query(
    `delete from rowplane.profile_rights r using ${given} where r.profile_id = $1 and r.right_name = g.right_name and g.level = 'NONE'`,
    [profile, rights, levels],
  );
  await a.query(
    `insert into rowplane.profile_rights as r (profile_id, right_name, level)
     select $1, g.right_name, g.level from ${given} where g.level <> 'NONE'
     on conflict (profile_id, right_name) do update set level = excluded.level where r.level <> excluded.level`,
    [profile, rights, levels],
  );
}
