import type { Command } from 'commander';
import type { Administration } from '../access/administrators.ts';
import type { AssignmentInput } from '../administration/client-assignments.ts';
import { type ActingOptions, adminCommand, changing, reading, several, wholeList } from './administration.ts';
import { find, findAll, findWorkspace } from './find.ts';
import { action, note, report, table } from './output.ts';

interface ClientOptions extends ActingOptions {
  workspace?: string;
  archive?: string;
  user?: string[];
  group?: string[];
  assignable?: boolean;
  confirm?: boolean;
}

const functions = () => import('../administration/clients.ts');
const assignmentFunctions = () => import('../administration/client-assignments.ts');

/** `rowplane clients …`: clients, and who works for them (C4, C9). */
export function addClients(program: Command): void {
  const clients = program.command('clients').description('clients, and who works for them in which archive');
  inWorkspace(adminCommand(clients, 'list', 'list the clients')).action(action(list));
  adminCommand(clients, 'create <name>', 'make a client')
    .requiredOption('--workspace <workspace>', 'the workspace that it belongs to')
    .action(action(create));
  inWorkspace(adminCommand(clients, 'rename <client> <name>', 'rename a client')).action(action(rename));
  inWorkspace(adminCommand(clients, 'delete <client>', 'delete a client without records'))
    .option('--confirm', 'also where it takes your own EDIT_PERMISSIONS')
    .action(action(remove));
  inArchive(adminCommand(clients, 'assigned <client>', 'list who works for a client in an archive'))
    .option('--assignable', 'list who could be assigned instead')
    .action(action(assigned));
  withPrincipals(adminCommand(clients, 'assign <client>', 'assign users and groups')).action(action(assign));
  withPrincipals(adminCommand(clients, 'unassign <client>', 'take assignments away'))
    .option('--confirm', 'also where it takes your own EDIT_PERMISSIONS')
    .action(action(unassign));
}

function inWorkspace(command: Command): Command {
  return command.option('--workspace <workspace>', 'the workspace that is meant');
}

function inArchive(command: Command): Command {
  return inWorkspace(command).requiredOption('--archive <archive>', 'the archive in which they work for the client');
}

function withPrincipals(command: Command): Command {
  return inArchive(command)
    .option('--user <user>', 'a user; may be given several times', several)
    .option('--group <group>', 'a group; may be given several times', several);
}

async function list(options: ClientOptions): Promise<void> {
  const { listClients } = await functions();
  const clients = await reading(options, async (a) => {
    const workspaceId = await findWorkspace(a, options.workspace);
    return wholeList((page) => listClients(a, { ...page, workspaceId }));
  });
  report(clients, options, () => table(clients, ['workspaceId', 'name', 'id']));
}

async function create(name: string, options: ClientOptions): Promise<void> {
  const { createClient } = await functions();
  const client = await changing(options, async (a) =>
    createClient(a, { workspaceId: await find<number>(a, 'workspaces', options.workspace ?? ''), name }),
  );
  report(client, options, () => `Made the client "${client.name}".`);
}

async function rename(called: string, name: string, options: ClientOptions): Promise<void> {
  const { renameClient } = await functions();
  const client = await changing(options, async (a) => renameClient(a, await findClient(a, called, options), name));
  report(client, options, () => `Renamed to "${client.name}".`);
}

async function remove(called: string, options: ClientOptions): Promise<void> {
  const { deleteClient } = await functions();
  await changing(options, async (a) => deleteClient(a, await findClient(a, called, options), options.confirm ?? false));
  report({ deleted: called }, options, () => `Deleted the client "${called}".`);
}

async function assigned(called: string, options: ClientOptions): Promise<void> {
  const { listAssignable, listAssigned } = await assignmentFunctions();
  const principals = await reading(options, async (a) => {
    const place = await assignmentOf(a, called, options);
    return wholeList((page) => (options.assignable ? listAssignable : listAssigned)(a, place, page));
  });
  report(principals, options, () => table(principals, ['kind', 'name', 'id']));
}

async function assign(called: string, options: ClientOptions): Promise<void> {
  const { assignClient } = await assignmentFunctions();
  await changing(options, async (a) => assignClient(a, await assignmentOf(a, called, options)));
  report({ assigned: called }, options, () => `Assigned to "${called}".`);
}

async function unassign(called: string, options: ClientOptions): Promise<void> {
  const { unassignClient } = await assignmentFunctions();
  const warnings = await changing(options, async (a) =>
    unassignClient(a, await assignmentOf(a, called, options), '', options.confirm ?? false),
  );
  for (const { message } of warnings) note(`Warning: ${message}`);
  report({ unassigned: called, warnings }, options, () => `Taken from "${called}".`);
}

async function findClient(a: Administration, called: string, { workspace }: ClientOptions): Promise<string> {
  return find(a, 'clients', called, await findWorkspace(a, workspace));
}

/** The client is one of the archive's workspace, so that a name is enough. */
async function assignmentOf(a: Administration, called: string, options: ClientOptions): Promise<AssignmentInput> {
  const { getArchive } = await import('../administration/archives.ts');
  const archive = await find(a, 'archives', options.archive ?? '', await findWorkspace(a, options.workspace));
  const { workspaceId } = await getArchive(a, archive);
  return {
    archive,
    client: await find(a, 'clients', called, workspaceId),
    users: await findAll(a, 'users', options.user),
    groups: await findAll(a, 'groups', options.group),
  };
}
