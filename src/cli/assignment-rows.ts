import type { Administration } from '../access/administrators.ts';
import type { AssignmentInput } from '../administration/rights-assignments.ts';
import { jsonIn } from './content-file.ts';
import { find, findAll } from './find.ts';
import { misuse } from './output.ts';

/** A row of a table of assignments (R4), with names or ids. */
export interface AssignmentRow {
  users: string[];
  company: string;
  profile?: string | null | undefined;
  rightsRole?: string | null | undefined;
}

/** The table in a JSON file. */
export async function rowsIn(file: string): Promise<AssignmentRow[]> {
  const rows = await jsonIn(file);
  if (!Array.isArray(rows) || !rows.every(isRow))
    throw misuse(
      `${file} must hold a list: [{ "users": ["ben"], "company": "A-GmbH", "profile" or "rightsRole": "…" }, …].`,
    );
  return rows;
}

function isRow(row: unknown): row is AssignmentRow {
  const { users, company } = (row ?? {}) as Partial<AssignmentRow>;
  return Array.isArray(users) && users.every((user) => typeof user === 'string') && typeof company === 'string';
}

/** The same with ids. Throws NOT_FOUND. */
export async function inputsOf(a: Administration, rows: readonly AssignmentRow[]): Promise<AssignmentInput[]> {
  const inputs: AssignmentInput[] = [];
  for (const { users, company, profile, rightsRole } of rows)
    inputs.push({
      users: await findAll(a, 'users', users),
      company: await find(a, 'companies', company),
      profile: profile == null ? null : await find(a, 'profiles', profile),
      rightsRole: rightsRole == null ? null : await find(a, 'rights_roles', rightsRole),
    });
  return inputs;
}
