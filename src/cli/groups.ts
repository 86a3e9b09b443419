import type { Command } from 'commander';
import { type ActingOptions, adminCommand, changing, reading, several, wholeList } from './administration.ts';
import { find, findAll } from './find.ts';
import { action, report, table } from './output.ts';

interface GroupOptions extends ActingOptions {
  name?: string;
  colour?: string;
  search?: string;
  user?: string[];
  group?: string[];
  confirm?: boolean;
}

const functions = () => import('../administration/groups.ts');
const memberFunctions = () => import('../administration/group-members.ts');

/** `rowplane groups …`: groups, their members and subgroups (U9). */
export function addGroups(program: Command): void {
  const groups = program.command('groups').description('groups, their members and subgroups');
  adminCommand(groups, 'list', 'list the groups, built-in ones too')
    .option('--search <text>', 'only those whose name contains this')
    .action(action(list));
  adminCommand(
    groups,
    'show <group>',
    'show a group: its members, subgroups and parents, and what it was given',
  ).action(action(show));
  adminCommand(groups, 'create <name>', 'make a group').option('--colour <#rrggbb>').action(action(create));
  adminCommand(groups, 'update <group>', 'change what is given')
    .option('--name <name>')
    .option('--colour <#rrggbb>')
    .action(action(update));
  adminCommand(groups, 'delete <group>', 'delete a group')
    .option('--confirm', 'also if its members lose what it was given')
    .action(action(remove));
  withMembers(adminCommand(groups, 'add <group>', 'add users and subgroups to a group'))
    .option('--confirm', 'also where it takes your own EDIT_PERMISSIONS')
    .action(action(add));
  withMembers(adminCommand(groups, 'remove <group>', 'take users and subgroups out of a group'))
    .option('--confirm', 'also if someone loses the last plane in a workspace, or you your own EDIT_PERMISSIONS')
    .action(action(takeOut));
}

function withMembers(command: Command): Command {
  return command
    .option('--user <user>', 'a user; may be given several times', several)
    .option('--group <group>', 'a subgroup; may be given several times', several);
}

async function list(options: GroupOptions): Promise<void> {
  const { listGroups } = await functions();
  const groups = await reading(options, (a) => wholeList((page) => listGroups(a, { ...page, search: options.search })));
  report(groups, options, () => table(groups, ['name', 'colour', 'builtin', 'id']));
}

async function show(called: string, options: GroupOptions): Promise<void> {
  const { getGroup } = await functions();
  const { listMembers, listNested } = await memberFunctions();
  const { listGroupClients, listGroupEntries, listGroupFunctions } = await import('../administration/group-grants.ts');
  const { listPlanes } = await import('../administration/planes.ts');
  const group = await reading(options, async (a, definitions) => {
    const id = await find(a, 'groups', called);
    const names = (items: { name: string }[]) => items.map(({ name }) => name);
    return {
      ...(await getGroup(a, id)),
      members: names(await wholeList((page) => listMembers(a, id, page))),
      subgroups: names(await listNested(a, id, 'children')),
      parents: names(await listNested(a, id, 'parents')),
      planes: names(await wholeList((page) => listPlanes(a, definitions, { ...page, group: id }))),
      clients: (await listGroupClients(a, id)).map(({ archive, client }) => `${archive} / ${client}`),
      entries: (await listGroupEntries(a, id)).map(
        ({ archive, permission, decision, count }) => `${archive}: ${decision} ${permission} (${count})`,
      ),
      functions: (await listGroupFunctions(a, id)).map(
        ({ workspace, function: name, decision }) => `${workspace}: ${decision} ${name}`,
      ),
    };
  });
  report(group, options, () => table(Object.entries(group).map(([field, value]) => ({ field, value }))));
}

async function create(name: string, options: GroupOptions): Promise<void> {
  const { createGroup } = await functions();
  const group = await changing(options, (a) => createGroup(a, { name, colour: options.colour }));
  report(group, options, () => `Made the group "${group.name}".`);
}

async function update(called: string, options: GroupOptions): Promise<void> {
  const { updateGroup } = await functions();
  const group = await changing(options, async (a) => updateGroup(a, await find(a, 'groups', called), options));
  report(group, options, () => `Changed the group "${group.name}".`);
}

async function remove(called: string, options: GroupOptions): Promise<void> {
  const { deleteGroup } = await functions();
  await changing(options, async (a) => deleteGroup(a, await find(a, 'groups', called), options.confirm ?? false));
  report({ deleted: called }, options, () => `Deleted the group "${called}".`);
}

async function add(called: string, options: GroupOptions): Promise<void> {
  const { addMembers, addSubgroups } = await memberFunctions();
  const group = await changing(options, async (a) => {
    const id = await find(a, 'groups', called);
    await addMembers(a, id, await findAll(a, 'users', options.user), options.confirm ?? false);
    return addSubgroups(a, id, await findAll(a, 'groups', options.group), options.confirm ?? false);
  });
  report(group, options, () => `Added to the group "${group.name}".`);
}

async function takeOut(called: string, options: GroupOptions): Promise<void> {
  const { removeMembers, removeSubgroups } = await memberFunctions();
  const confirm = options.confirm ?? false;
  const group = await changing(options, async (a) => {
    const id = await find(a, 'groups', called);
    await removeMembers(a, id, await findAll(a, 'users', options.user), confirm);
    return removeSubgroups(a, id, await findAll(a, 'groups', options.group), confirm);
  });
  report(group, options, () => `Taken out of the group "${group.name}".`);
}
