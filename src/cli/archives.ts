import type { Command } from 'commander';
import type { EnableClientsInput } from '../administration/archive-clients.ts';
import type { Administration } from '../access/administrators.ts';
import { type ActingOptions, adminCommand, changing, reading, several, wholeList } from './administration.ts';
import { find, findWorkspace } from './find.ts';
import { action, misuse, report, table } from './output.ts';

interface ArchiveOptions extends ActingOptions {
  workspace?: string;
  client?: string;
  assign?: string[];
}

const functions = () => import('../administration/archives.ts');
const clientFunctions = () => import('../administration/archive-clients.ts');

/** `rowplane archives …`, with clients on and off (C1, C2). */
export function addArchives(program: Command): void {
  const archives = program.command('archives').description('archives, and whether their records belong to clients');
  inWorkspace(adminCommand(archives, 'list', 'list the archives')).action(action(list));
  adminCommand(archives, 'create <name>', 'make an archive, with clients off')
    .requiredOption('--workspace <workspace>', 'the workspace that it belongs to')
    .action(action(create));
  inWorkspace(adminCommand(archives, 'rename <archive> <name>', 'rename an archive')).action(action(rename));
  inWorkspace(adminCommand(archives, 'delete <archive>', 'delete an empty archive')).action(action(remove));
  inWorkspace(adminCommand(archives, 'enable-clients <archive>', 'turn clients on'))
    .option('--client <client>', 'the client of the records that have none')
    .option(
      '--assign <client=user or client=group:name>',
      'who works for a client from the start; may be given several times',
      several,
    )
    .action(action(enable));
  inWorkspace(adminCommand(archives, 'disable-clients <archive>', 'turn clients off; records keep theirs')).action(
    action(disable),
  );
}

function inWorkspace(command: Command): Command {
  return command.option('--workspace <workspace>', 'the workspace that is meant');
}

async function list(options: ArchiveOptions): Promise<void> {
  const { listArchives } = await functions();
  const archives = await reading(options, async (a) => {
    const workspaceId = await findWorkspace(a, options.workspace);
    return wholeList((page) => listArchives(a, { ...page, workspaceId }));
  });
  report(archives, options, () => table(archives, ['workspaceId', 'name', 'clientsEnabled', 'id']));
}

async function create(name: string, options: ArchiveOptions): Promise<void> {
  const { createArchive } = await functions();
  const archive = await changing(options, async (a) =>
    createArchive(a, { workspaceId: await find<number>(a, 'workspaces', options.workspace ?? ''), name }),
  );
  report(archive, options, () => `Made the archive "${archive.name}".`);
}

async function rename(called: string, name: string, options: ArchiveOptions): Promise<void> {
  const { renameArchive } = await functions();
  const archive = await changing(options, async (a) => renameArchive(a, await findArchive(a, called, options), name));
  report(archive, options, () => `Renamed to "${archive.name}".`);
}

async function remove(called: string, options: ArchiveOptions): Promise<void> {
  const { deleteArchive } = await functions();
  await changing(options, async (a) => deleteArchive(a, await findArchive(a, called, options)));
  report({ deleted: called }, options, () => `Deleted the archive "${called}".`);
}

async function enable(called: string, options: ArchiveOptions): Promise<void> {
  const { enableClients } = await clientFunctions();
  const { archive, records } = await changing(options, async (a) => {
    const id = await findArchive(a, called, options);
    return enableClients(a, id, await firstAssignments(a, id, options));
  });
  report({ archive, records }, options, () => `Clients are on in "${archive.name}"; ${records} records were assigned.`);
}

async function disable(called: string, options: ArchiveOptions): Promise<void> {
  const { disableClients } = await clientFunctions();
  const archive = await changing(options, async (a) => disableClients(a, await findArchive(a, called, options)));
  report(archive, options, () => `Clients are off in "${archive.name}".`);
}

async function findArchive(a: Administration, called: string, { workspace }: ArchiveOptions): Promise<string> {
  return find(a, 'archives', called, await findWorkspace(a, workspace));
}

async function firstAssignments(
  a: Administration,
  archive: string,
  { client, assign = [] }: ArchiveOptions,
): Promise<EnableClientsInput> {
  const { getArchive } = await functions();
  const { workspaceId } = await getArchive(a, archive);
  const assignments: EnableClientsInput['assignments'][number][] = [];
  for (const given of assign) {
    const [, name, group, principal] = /^(.+?)=(group:)?(.+)$/.exec(given) ?? [];
    if (name === undefined || principal === undefined) {
      throw misuse(`--assign ${given}: write it as client=user or client=group:name.`);
    }
    const id = await find(a, group ? 'groups' : 'users', principal);
    const of = await find(a, 'clients', name, workspaceId);
    assignments.push({ client: of, users: group ? [] : [id], groups: group ? [id] : [] });
  }
  return { client: client === undefined ? null : await find(a, 'clients', client, workspaceId), assignments };
}
