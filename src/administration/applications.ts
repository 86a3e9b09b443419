import type { Administration } from '../access/administrators.ts';
import type { RightLevel } from '../access/knowledge.ts';
import { invalid } from '../access/refusals.ts';

export const RIGHT_LEVELS = ['NONE', 'DISPLAY', 'EDIT'] as const satisfies readonly RightLevel[];

/** R1: a right, as `schema/rights.ts` declares it. */
export interface Right {
  name: string;
  title: string;
}

/** R1. A right may stand in several applications. */
export interface Application extends Right {
  rights: Right[];
}

/** A right with the level at which something gives it. */
export interface RightAtLevel extends Right {
  level: RightLevel;
}

/** R5: what a user may do in one application in one company. */
export interface CompanyApplication extends Right {
  company: { id: string; name: string };
  rights: RightAtLevel[];
}

/** All applications, by title, each with its rights. */
export function listApplications(a: Administration): Promise<Application[]> {
  return a.query(
    `select a.name, a.title, coalesce((select jsonb_agg(jsonb_build_object('name', r.name, 'title', r.title) order by r.title, r.name)
       from rowplane.application_rights b join rowplane.rights r on r.name = b.right_name where b.application = a.name), '[]') as rights
     from rowplane.applications a order by a.title, a.name`,
  );
}

/** VALIDATION_FAILED at `path` where there is no such application. */
export async function getApplication(a: Administration, name: string, path = 'application'): Promise<Application> {
  const applications = await listApplications(a);
  const found = applications.find((application) => application.name === name);
  if (found) return found;
  const known = applications.map((application) => application.name).join(', ');
  throw invalid([{ path, message: `is no application; there are ${known || 'none'}` }]);
}

/** A row of `rowplane.viewer_applications()` and `rowplane.applications_of(person)`. */
export interface ApplicationRow {
  company_id: string;
  company_name: string;
  application: string;
  application_title: string;
  right_name: string;
  right_title: string;
  level: RightLevel;
}

/** Such rows by company and application, in their order. */
export function companyApplications(rows: readonly ApplicationRow[]): CompanyApplication[] {
  const found = Map.groupBy(rows, ({ company_id, application }) => `${company_id} ${application}`);
  return [...found.values()].map((group) => {
    const { company_id: id, company_name, application, application_title } = group[0]!;
    return {
      company: { id, name: company_name },
      name: application,
      title: application_title,
      rights: group.map(({ right_name, right_title, level }) => ({ name: right_name, title: right_title, level })),
    };
  });
}

/** R5: a user's effective rights in one company, or in all in which the user has any. */
export async function listRightsOf(
  a: Administration,
  user: string,
  company: string | null = null,
): Promise<CompanyApplication[]> {
  const rows = await a.asOwner((owner) =>
    owner.query<ApplicationRow>(
      'select * from rowplane.applications_of($1) where $2::uuid is null or company_id = $2',
      [user, company],
    ),
  );
  return companyApplications(rows);
}
