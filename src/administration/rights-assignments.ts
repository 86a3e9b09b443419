import type { Administration } from '../access/administrators.ts';
import { invalid } from '../access/refusals.ts';
import { collectProblems, type Problems } from './input.ts';
import { listByName } from './pages.ts';
import type { Page, PageRequest } from './pages.ts';
import { type NamedTable, unknownIds } from './principals.ts';

/** R4: a profile or a rights role, to a user in a company. */
export interface RightsAssignment {
  id: string;
  /** The user's, by which the lists are sorted. */
  name: string;
  userId: string;
  companyId: string;
  companyName: string;
  profileId: string | null;
  rightsRoleId: string | null;
  /** The name of the profile or rights role. */
  given: string;
}

/** Which assignments: those that meet all that is given. A profile's are those through rights roles too. */
export interface AssignmentFilter {
  user?: string | null;
  company?: string | null;
  profile?: string | null;
  rightsRole?: string | null;
}

/** What several users are to have in a company: exactly one of a profile and a rights role. */
export interface AssignmentInput {
  users: readonly string[];
  company: string;
  profile?: string | null;
  rightsRole?: string | null;
}

export type CopyMode = 'ADD' | 'REPLACE';

export interface CopyInput {
  from: string;
  to: readonly string[];
  mode: CopyMode;
  /** Only the rights in this company. Default: in all. */
  company?: string | null;
}

const ASSIGNMENTS = `
  select t.id, u.name, t.user_id as "userId", t.company_id as "companyId", c.name as "companyName",
    t.profile_id as "profileId", t.rights_role_id as "rightsRoleId", coalesce(p.name, b.name) as given
  from rowplane.rights_assignments t
  join rowplane.users u on u.id = t.user_id
  join rowplane.companies c on c.id = t.company_id
  left join rowplane.profiles p on p.id = t.profile_id
  left join rowplane.rights_roles b on b.id = t.rights_role_id`;

/** R8: the assignments of a profile, a rights role, a user or a company, by the user's name. */
export function listAssignments(
  a: Administration,
  { user, company, profile, rightsRole }: AssignmentFilter,
  request: PageRequest = {},
): Promise<Page<RightsAssignment>> {
  const select = `${ASSIGNMENTS}
    where ($1::uuid is null or t.user_id = $1) and ($2::uuid is null or t.company_id = $2) and ($4::uuid is null or t.rights_role_id = $4)
      and ($3::uuid is null or t.profile_id = $3
        or t.rights_role_id in (select m.rights_role_id from rowplane.rights_role_profiles m where m.profile_id = $3))`;
  const values = [user ?? null, company ?? null, profile ?? null, rightsRole ?? null];
  return listByName(
    a,
    { select, values, idType: 'uuid', searched: `concat_ws(' ', name, "companyName", given)` },
    request,
  );
}

/** R4: assigns a table of users at once, all or nothing; who has it already keeps it. Answers how many are new. */
export async function assignRights(a: Administration, assignments: readonly AssignmentInput[]): Promise<number> {
  await checkAll(a, assignments);
  const rows = assignments.flatMap(({ users, company, profile = null, rightsRole = null }) =>
    users.map((user) => ({ user, company, profile, rightsRole })),
  );
  const added = await a.query(
    `insert into rowplane.rights_assignments (user_id, company_id, profile_id, rights_role_id)
     select distinct g.* from unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::uuid[]) g on conflict do nothing returning 1`,
    [
      rows.map(({ user }) => user),
      rows.map(({ company }) => company),
      rows.map(({ profile }) => profile),
      rows.map(({ rightsRole }) => rightsRole),
    ],
  );
  return added.length;
}

/** R8: withdraws many at once, all or nothing. VALIDATION_FAILED for what is no assignment (any more). */
export async function withdrawRights(a: Administration, ids: readonly string[]): Promise<void> {
  const problems = collectProblems();
  await check(
    a,
    problems,
    'rights_assignments',
    'is no assignment',
    ids.map((id, index) => [`ids[${index}]`, id]),
  );
  problems.refuse();
  await a.query('delete from rowplane.rights_assignments where id = any ($1::uuid[])', [ids]);
}

/** R8: gives other users what a user has, added to theirs or in place of it. Answers what that took. */
export async function copyRights(
  a: Administration,
  { from, to, mode, company = null }: CopyInput,
): Promise<{ added: number; withdrawn: number }> {
  const problems = collectProblems();
  await check(a, problems, 'users', 'is no user', [
    ['from', from],
    ...to.map((id, index): [string, string] => [`to[${index}]`, id]),
  ]);
  if (company !== null) await check(a, problems, 'companies', 'is no company', [['company', company]]);
  if (to.includes(from)) problems.add(`to[${to.indexOf(from)}]`, 'is the user whose rights are copied');
  problems.refuse();
  const withdrawn =
    mode === 'ADD'
      ? []
      : await a.query(
          `delete from rowplane.rights_assignments t where t.user_id = any ($2::uuid[]) and ($3::uuid is null or t.company_id = $3)
             and not exists (select from rowplane.rights_assignments s where s.user_id = $1 and s.company_id = t.company_id
               and s.profile_id is not distinct from t.profile_id and s.rights_role_id is not distinct from t.rights_role_id) returning 1`,
          [from, to, company],
        );
  const added = await a.query(
    `insert into rowplane.rights_assignments (user_id, company_id, profile_id, rights_role_id)
     select distinct g.id, s.company_id, s.profile_id, s.rights_role_id from rowplane.rights_assignments s, unnest($2::uuid[]) g(id)
     where s.user_id = $1 and ($3::uuid is null or s.company_id = $3) on conflict do nothing returning 1`,
    [from, to, company],
  );
  return { added: added.length, withdrawn: withdrawn.length };
}

async function checkAll(a: Administration, assignments: readonly AssignmentInput[]): Promise<void> {
  if (assignments.length === 0) throw invalid([{ path: 'assignments', message: 'must not be empty' }]);
  const problems = collectProblems();
  const named = (pick: (given: AssignmentInput) => string | null | undefined, part: string): [string, string][] =>
    assignments.flatMap((given, index): [string, string][] => {
      const id = pick(given);
      return id == null ? [] : [[`assignments[${index}].${part}`, id]];
    });
  for (const [index, { users, profile, rightsRole }] of assignments.entries()) {
    if (users.length === 0) problems.add(`assignments[${index}].users`, 'names nobody');
    if ((profile == null) === (rightsRole == null))
      problems.add(`assignments[${index}].profile`, 'must be given, or a rights role, and not both');
  }
  const users = assignments.flatMap((given, index) =>
    given.users.map((id, place): [string, string] => [`assignments[${index}].users[${place}]`, id]),
  );
  await check(a, problems, 'users', 'is no user', users);
  await check(
    a,
    problems,
    'companies',
    'is no company',
    named((given) => given.company, 'company'),
  );
  await check(
    a,
    problems,
    'profiles',
    'is no profile',
    named((given) => given.profile, 'profile'),
  );
  await check(
    a,
    problems,
    'rights_roles',
    'is no rights role',
    named((given) => given.rightsRole, 'rightsRole'),
  );
  problems.refuse();
}

/** Adds a problem for each id, given with its path, that the table doesn't have. */
async function check(
  a: Administration,
  problems: Problems,
  table: NamedTable,
  message: string,
  given: readonly (readonly [path: string, id: string])[],
): Promise<void> {
  const ids = given.map(([, id]) => id);
  for (const index of await unknownIds(a, table, ids)) problems.add(given[index]![0], message);
}
