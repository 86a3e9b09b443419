import type { RightsDeclaration } from '../compiler/rights-declaration.ts';
import { transaction, type Queryable } from '../database/queryable.ts';
import { retryConflicts } from '../database/retry.ts';
import { DefinitionsRefused, type ApplyOptions } from './definitions.ts';

/** A right of an application, as stored or declared. */
interface Place {
  readonly application: string;
  readonly right: string;
}

/** An application or a right. */
interface Titled {
  readonly name: string;
  readonly title: string;
}

/**
 * Makes the database have the applications and rights (R1) of `schema/rights.ts`, in one transaction. Answers what
 * changed, one line each. `owner` must be one session, as rowplane_owner, outside a transaction.
 *
 * Throws DefinitionsRefused, with everything left as it was, where a profile would lose a level or an application its
 * profiles, unless `allowDestructive`.
 */
export async function applyRights(
  owner: Queryable,
  declared: RightsDeclaration,
  options: ApplyOptions = {},
): Promise<string[]> {
  return retryConflicts(() => transaction(owner, (session) => apply(session, declared, options)));
}

async function apply(
  owner: Queryable,
  declared: RightsDeclaration,
  { allowDestructive = false }: ApplyOptions,
): Promise<string[]> {
  const rights = Object.entries(declared.rights).map(([name, title]) => ({ name, title }));
  const applications = Object.entries(declared.applications).map(([name, { title }]) => ({ name, title }));
  const places = Object.entries(declared.applications).flatMap(([application, each]) =>
    each.rights.map((right) => ({ application, right })),
  );
  const stored = await owner.query<Place>('select application, right_name as "right" from rowplane.application_rights');
  const gone = stored.filter((each) => !places.some((place) => isSame(place, each)));
  const changes = [
    ...(await differences(owner, 'applications', applications)),
    ...(await differences(owner, 'rights', rights)),
  ];
  const added = places.filter((place) => !stored.some((each) => isSame(place, each)));
  if (changes.length + added.length + gone.length === 0) return [];

  // V5: no level may come meanwhile for a right that goes.
  await owner.query('lock table rowplane.gate in exclusive mode');
  const lostApplications = changes.filter((change) => change.lost === 'applications').map(({ name }) => name);
  const losses = [...(await profilesOf(owner, lostApplications)), ...(await levelsOf(owner, gone))];
  if (losses.length > 0 && !allowDestructive)
    throw new DefinitionsRefused(
      'The rights in schema/rights.ts would take something away:',
      losses,
      'Nothing was changed. To go ahead, run rowplane migrate --allow-destructive; else restore the file.',
    );

  await removeProfiles(owner, lostApplications);
  for (const { application, right } of gone)
    for (const table of ['profile_rights', 'application_rights'])
      await owner.query(`delete from rowplane.${table} where application = $1 and right_name = $2`, [
        application,
        right,
      ]);
  await store(owner, 'applications', applications);
  await store(owner, 'rights', rights);
  for (const { application, right } of added)
    await owner.query('insert into rowplane.application_rights (application, right_name) values ($1, $2)', [
      application,
      right,
    ]);
  return [
    ...changes.map(({ line }) => line),
    ...added.map(({ application, right }) => `application ${application} has the right ${right}`),
    ...gone.map(({ application, right }) => `application ${application} has the right ${right} no more`),
  ];
}

function isSame(a: Place, b: Place): boolean {
  return a.application === b.application && a.right === b.right;
}

type Table = 'applications' | 'rights';

/** What comes, goes or is called otherwise. */
async function differences(
  owner: Queryable,
  table: Table,
  declared: readonly Titled[],
): Promise<{ line: string; name: string; lost?: Table }[]> {
  const noun = table.slice(0, -1);
  const stored = await owner.query<Titled>(`select name, title from rowplane.${table} order by name`);
  const before = new Map(stored.map(({ name, title }) => [name, title]));
  const names = new Set(declared.map(({ name }) => name));
  return [
    ...declared.flatMap(({ name, title }) => {
      if (before.get(name) === title) return [];
      return [{ name, line: `${noun} ${name} ${before.has(name) ? `is called "${title}"` : 'added'}` }];
    }),
    ...stored
      .filter(({ name }) => !names.has(name))
      .map(({ name }) => ({ name, lost: table, line: `${noun} ${name} removed` })),
  ];
}

async function store(owner: Queryable, table: Table, declared: readonly Titled[]): Promise<void> {
  await owner.query(`delete from rowplane.${table} where name <> all ($1::text[])`, [declared.map(({ name }) => name)]);
  for (const { name, title } of declared)
    await owner.query(
      `insert into rowplane.${table} as t (name, title) values ($1, $2)
       on conflict (name) do update set title = excluded.title where t.title <> excluded.title`,
      [name, title],
    );
}

/** The profiles that would go with their applications, one line each. */
async function profilesOf(owner: Queryable, applications: readonly string[]): Promise<string[]> {
  const rows = await owner.query<{ line: string }>(
    `select format('application %s would be removed, with the profile "%s" and its %s assignments', p.application, p.name,
       (select count(*) from rowplane.rights_assignments t where t.profile_id = p.id)) as line
     from rowplane.profiles p where p.application = any ($1::text[]) order by p.application, p.name`,
    [applications],
  );
  return rows.map(({ line }) => line);
}

/** The levels that profiles would lose, one line each. */
async function levelsOf(owner: Queryable, gone: readonly Place[]): Promise<string[]> {
  const rows = await owner.query<{ line: string }>(
    `select format('the right %s would go from application %s, and from the profile "%s", which has it at %s', g.right_name, g.application, p.name, r.level) as line
     from unnest($1::text[], $2::text[]) g(application, right_name)
     join rowplane.profile_rights r on r.application = g.application and r.right_name = g.right_name
     join rowplane.profiles p on p.id = r.profile_id order by 1`,
    [gone.map(({ application }) => application), gone.map(({ right }) => right)],
  );
  return rows.map(({ line }) => line);
}

async function removeProfiles(owner: Queryable, applications: readonly string[]): Promise<void> {
  for (const table of ['rights_assignments', 'rights_role_profiles'])
    await owner.query(
      `delete from rowplane.${table} where profile_id in (select p.id from rowplane.profiles p where p.application = any ($1::text[]))`,
      [applications],
    );
  await owner.query('delete from rowplane.profiles where application = any ($1::text[])', [applications]);
}
