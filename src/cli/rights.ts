import type { Command } from 'commander';
import type { Administration } from '../access/administrators.ts';
import type { AssignmentFilter } from '../administration/rights-assignments.ts';
import { isUuid } from '../database/uuid.ts';
import { type ActingOptions, adminCommand, changing, reading, several, wholeList } from './administration.ts';
import { type AssignmentRow, inputsOf, rowsIn } from './assignment-rows.ts';
import { find, findAll } from './find.ts';
import { action, misuse, report, table } from './output.ts';

interface RightsOptions extends ActingOptions {
  user?: string[];
  company?: string;
  profile?: string;
  role?: string;
  file?: string;
  to?: string[];
  replace?: boolean;
}

const functions = () => import('../administration/rights-assignments.ts');

/** `rowplane rights …`: what rights there are (R1), and who has which (R4, R5, R8). */
export function addRights(program: Command): void {
  const rights = program.command('rights').description('rights: what there are, who has which, assigning and copying');
  adminCommand(rights, 'list', 'list the applications and their rights').action(action(list));
  adminCommand(rights, 'show <user>', 'show the effective rights of a user')
    .option('--company <company>', 'only in this company')
    .action(action(show));
  filtered(adminCommand(rights, 'assignments', 'list who has which profile or rights role in which company')).action(
    action(assignments),
  );
  filtered(adminCommand(rights, 'assign', 'assign a profile or a rights role to users in a company'))
    .option('--file <json>', 'a table instead: [{"users": […], "company": …, "profile" or "rightsRole": …}, …]')
    .action(action(assign));
  filtered(adminCommand(rights, 'withdraw [assignments...]', 'withdraw assignments: by id, or all that match')).action(
    action(withdraw),
  );
  adminCommand(rights, 'copy <user>', 'give other users what a user has')
    .requiredOption('--to <user>', 'who gets it; may be given several times', several)
    .option('--company <company>', 'only what the user has in this company')
    .option('--replace', 'take away what they have besides')
    .action(action(copy));
}

function filtered(command: Command): Command {
  return command
    .option('--user <user>', 'a user; may be given several times', several)
    .option('--company <company>', 'in this company')
    .option('--profile <profile>', 'this profile')
    .option('--role <role>', 'this rights role');
}

async function list(options: RightsOptions): Promise<void> {
  const { listApplications } = await import('../administration/applications.ts');
  const applications = await reading(options, listApplications);
  report(applications, options, () =>
    table(
      applications.flatMap(({ name, rights }) =>
        rights.map((right) => ({ application: name, right: right.name, title: right.title })),
      ),
      ['application', 'right', 'title'],
    ),
  );
}

async function show(called: string, options: RightsOptions): Promise<void> {
  const { listRightsOf } = await import('../administration/applications.ts');
  const applications = await reading(options, async (a) =>
    listRightsOf(a, await find(a, 'users', called), await companyOf(a, options)),
  );
  report(applications, options, () =>
    table(
      applications.flatMap(({ company, name, rights }) =>
        rights.map((right) => ({ company: company.name, application: name, right: right.name, level: right.level })),
      ),
      ['company', 'application', 'right', 'level'],
    ),
  );
}

async function assignments(options: RightsOptions): Promise<void> {
  const found = await reading(options, (a) => matching(a, options));
  report(found, options, () => table(found, ['name', 'companyName', 'given', 'id']));
}

async function assign(options: RightsOptions): Promise<void> {
  const { assignRights } = await functions();
  const rows = options.file === undefined ? [rowOf(options)] : await rowsIn(options.file);
  const added = await changing(options, async (a) => assignRights(a, await inputsOf(a, rows)));
  report({ added }, options, () => `${added} new ${added === 1 ? 'assignment' : 'assignments'}.`);
}

function rowOf({ user = [], company, profile, role }: RightsOptions): AssignmentRow {
  if (company === undefined) throw misuse('Say in which company: --company.');
  return { users: user, company, profile, rightsRole: role };
}

async function withdraw(given: string[], options: RightsOptions): Promise<void> {
  const { withdrawRights } = await functions();
  const { user, company, profile, role } = options;
  if (given.length === 0 && [user, company, profile, role].every((each) => each === undefined))
    throw misuse('Say which: their ids, or --user, --company, --profile, --role.');
  const strange = given.find((id) => !isUuid(id));
  if (strange !== undefined) throw misuse(`"${strange}" is no id of an assignment: see rowplane rights assignments.`);
  const withdrawn = await changing(options, async (a) => {
    // Through its rights role a profile can't be withdrawn by itself.
    const ids = given.length > 0 ? given : (await matching(a, options)).filter(isMeant(options)).map(({ id }) => id);
    await withdrawRights(a, ids);
    return ids;
  });
  report({ withdrawn }, options, () => `${withdrawn.length} withdrawn.`);
}

function isMeant({ profile }: RightsOptions): (assignment: { profileId: string | null }) => boolean {
  return ({ profileId }) => profile === undefined || profileId !== null;
}

async function copy(called: string, options: RightsOptions): Promise<void> {
  const { copyRights } = await functions();
  const done = await changing(options, async (a) =>
    copyRights(a, {
      from: await find(a, 'users', called),
      to: await findAll(a, 'users', options.to),
      mode: options.replace ? 'REPLACE' : 'ADD',
      company: await companyOf(a, options),
    }),
  );
  report(done, options, () => `${done.added} added, ${done.withdrawn} withdrawn.`);
}

/** The assignments that meet the options. */
async function matching(a: Administration, options: RightsOptions) {
  const { listAssignments } = await functions();
  const { user = [], profile, role } = options;
  const filter: AssignmentFilter = {
    company: await companyOf(a, options),
    profile: profile === undefined ? null : await find(a, 'profiles', profile),
    rightsRole: role === undefined ? null : await find(a, 'rights_roles', role),
  };
  const users = await findAll(a, 'users', user);
  const all = [];
  for (const one of users.length > 0 ? users : [null])
    all.push(...(await wholeList((page) => listAssignments(a, { ...filter, user: one }, page))));
  return all;
}

async function companyOf(a: Administration, { company }: RightsOptions): Promise<string | null> {
  return company === undefined ? null : find(a, 'companies', company);
}
