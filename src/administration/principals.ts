import type { Queryable } from '../database/queryable.ts';
import { invalid } from '../access/refusals.ts';

/** A user or a group, as something that can be given something. */
export interface Principal {
  kind: 'USER' | 'GROUP';
  id: string;
  name: string;
}

/** Users and groups by id, as in the input of assignments. */
export interface PrincipalIds {
  users?: readonly string[] | null;
  groups?: readonly string[] | null;
}

/** All users and groups, built-in ones included, as rows (kind, id, name). */
export const PRINCIPALS = `
  select 'USER' as kind, u.id, u.name from rowplane.users u
  union all
  select 'GROUP', g.id, g.name from rowplane.groups g`;

/** VALIDATION_FAILED with the place of each id that is nobody's; `paths` are the names of the lists in the input. */
export async function checkPrincipals(
  database: Queryable,
  { users, groups }: PrincipalIds,
  paths: { users?: string; groups?: string } = {},
): Promise<void> {
  const strangers = await unknownIds(database, 'users', users ?? []);
  const noGroups = await unknownIds(database, 'groups', groups ?? []);
  const problems = [
    ...strangers.map((index) => ({ path: `${paths.users ?? 'users'}[${index}]`, message: 'is no user' })),
    ...noGroups.map((index) => ({ path: `${paths.groups ?? 'groups'}[${index}]`, message: 'is no group' })),
  ];
  if (problems.length > 0) throw invalid(problems);
}

/** Tables of what input names by uuid. */
export type NamedTable = 'companies' | 'groups' | 'profiles' | 'rights_assignments' | 'rights_roles' | 'users';

/** The places of the ids that aren't in the table. */
export async function unknownIds(database: Queryable, table: NamedTable, ids: readonly string[]): Promise<number[]> {
  if (ids.length === 0) return [];
  const rows = await database.query<{ index: number }>(
    `select (given.place - 1)::int as index from unnest($1::uuid[]) with ordinality given(id, place)
     where not exists (select from rowplane.${table} t where t.id = given.id) order by 1`,
    [ids],
  );
  return rows.map(({ index }) => index);
}
