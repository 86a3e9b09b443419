import type { Command } from 'commander';
import { type ActingOptions, adminCommand, changing, reading, several, wholeList } from './administration.ts';
import { find, findAll } from './find.ts';
import { action, report, table } from './output.ts';

interface RightsRoleOptions extends ActingOptions {
  search?: string;
  profile?: string[];
}

const functions = () => import('../administration/rights-roles.ts');

/** `rowplane rights-roles …`: profiles across applications, to be assigned as one (R3). */
export function addRightsRoles(program: Command): void {
  const roles = program.command('rights-roles').description('rights roles: profiles that are assigned as one');
  adminCommand(roles, 'list', 'list the rights roles, with the number of their assignments')
    .option('--search <text>', 'only those whose name contains this')
    .action(action(list));
  adminCommand(roles, 'show <role>', 'show a rights role with its profiles and assignments').action(action(show));
  withProfiles(adminCommand(roles, 'create <name>', 'make a rights role')).action(action(create));
  adminCommand(roles, 'rename <role> <name>', 'rename a rights role').action(action(rename));
  withProfiles(adminCommand(roles, 'add <role>', 'put profiles into a rights role')).action(action(add));
  withProfiles(adminCommand(roles, 'remove <role>', 'take profiles out of a rights role')).action(action(takeOut));
  adminCommand(roles, 'delete <role>', 'delete a rights role that is assigned to nobody').action(action(remove));
}

function withProfiles(command: Command): Command {
  return command.option('--profile <profile>', 'a profile; may be given several times', several);
}

async function list(options: RightsRoleOptions): Promise<void> {
  const { listRightsRoles } = await functions();
  const roles = await reading(options, (a) =>
    wholeList((page) => listRightsRoles(a, { ...page, search: options.search ?? null })),
  );
  report(roles, options, () => table(roles, ['name', 'assignmentCount', 'id']));
}

async function show(called: string, options: RightsRoleOptions): Promise<void> {
  const { getRightsRole, listBundled } = await functions();
  const { listAssignments } = await import('../administration/rights-assignments.ts');
  const role = await reading(options, async (a) => {
    const id = await find(a, 'rights_roles', called);
    return {
      ...(await getRightsRole(a, id)),
      profiles: (await listBundled(a, id)).map(({ name }) => name),
      assignments: await wholeList((page) => listAssignments(a, { rightsRole: id }, page)),
    };
  });
  report(role, options, () =>
    [
      `${role.name}: ${role.profiles.join(', ') || 'no profiles'}`,
      ...(role.assignments.length > 0 ? [table(role.assignments, ['name', 'companyName', 'id'])] : []),
    ].join('\n\n'),
  );
}

async function create(name: string, options: RightsRoleOptions): Promise<void> {
  const { createRightsRole } = await functions();
  const role = await changing(options, async (a) =>
    createRightsRole(a, { name, profiles: await findAll(a, 'profiles', options.profile) }),
  );
  report(role, options, () => `Made the rights role "${role.name}".`);
}

async function rename(called: string, name: string, options: RightsRoleOptions): Promise<void> {
  const { renameRightsRole } = await functions();
  const role = await changing(options, async (a) => renameRightsRole(a, await find(a, 'rights_roles', called), name));
  report(role, options, () => `The rights role is called "${role.name}" now.`);
}

async function add(called: string, options: RightsRoleOptions): Promise<void> {
  const { addProfiles } = await functions();
  const role = await changing(options, async (a) =>
    addProfiles(a, await find(a, 'rights_roles', called), await findAll(a, 'profiles', options.profile)),
  );
  report(role, options, () => `Added to the rights role "${role.name}".`);
}

async function takeOut(called: string, options: RightsRoleOptions): Promise<void> {
  const { removeProfiles } = await functions();
  const role = await changing(options, async (a) =>
    removeProfiles(a, await find(a, 'rights_roles', called), await findAll(a, 'profiles', options.profile)),
  );
  report(role, options, () => `Taken out of the rights role "${role.name}".`);
}

async function remove(called: string, options: RightsRoleOptions): Promise<void> {
  const { deleteRightsRole } = await functions();
  await changing(options, async (a) => deleteRightsRole(a, await find(a, 'rights_roles', called)));
  report({ deleted: called }, options, () => `Deleted the rights role "${called}".`);
}
