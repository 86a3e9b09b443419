import type { Command } from 'commander';
import type { Administration } from '../access/administrators.ts';
import { type ActingOptions, adminCommand, changing, reading, several, wholeList } from './administration.ts';
import { CONTENT, contentIn } from './content-file.ts';
import { find, findAll, findWorkspace } from './find.ts';
import { action, note, report, table } from './output.ts';

interface PlaneOptions extends ActingOptions {
  workspace?: string;
  name?: string;
  content?: string;
  group?: string[];
  confirm?: boolean;
}

const functions = () => import('../administration/planes.ts');
const groupFunctions = () => import('../administration/plane-groups.ts');
const LAST = 'also if someone loses the last plane in the workspace';

/** `rowplane planes …`: access control planes (A1, A6, A9, A11). */
export function addPlanes(program: Command): void {
  const planes = program.command('planes').description('access control planes');
  inWorkspace(adminCommand(planes, 'list', 'list the planes'))
    .option('--group <group>', 'only those that this group is assigned to', several)
    .action(action(list));
  inWorkspace(adminCommand(planes, 'show <plane>', 'show a plane with its content and groups')).action(action(show));
  adminCommand(planes, 'create <name>', 'make a plane')
    .requiredOption('--workspace <workspace>', 'the workspace that it belongs to')
    .requiredOption('--content <file>', CONTENT)
    .action(action(create));
  inWorkspace(adminCommand(planes, 'update <plane>', 'change a plane’s name or content'))
    .option('--name <name>')
    .option('--content <file>', CONTENT)
    .action(action(update));
  inWorkspace(adminCommand(planes, 'duplicate <plane> <name>', 'make a plane with the same content')).action(
    action(duplicate),
  );
  inWorkspace(adminCommand(planes, 'delete <plane>', 'delete a plane'))
    .option('--confirm', LAST)
    .action(action(remove));
  withGroups(adminCommand(planes, 'assign <plane>', 'link groups to a plane')).action(action(assign));
  withGroups(adminCommand(planes, 'unassign <plane>', 'unlink groups from a plane'))
    .option('--confirm', LAST)
    .action(action(unassign));
  inWorkspace(
    adminCommand(planes, 'fields <plane> <definition>', 'show every field’s level and what it comes from'),
  ).action(action(fields));
}

function inWorkspace(command: Command): Command {
  return command.option('--workspace <workspace>', 'the workspace that is meant');
}

function withGroups(command: Command): Command {
  return inWorkspace(command).requiredOption('--group <group>', 'a group; may be given several times', several);
}

async function list(options: PlaneOptions): Promise<void> {
  const { listPlanes } = await functions();
  const planes = await reading(options, async (a, definitions) => {
    const workspaceId = await findWorkspace(a, options.workspace);
    const [group] = await findAll(a, 'groups', options.group);
    return wholeList((page) => listPlanes(a, definitions, { ...page, workspaceId, group: group ?? null }));
  });
  report(planes, options, () => table(planes, ['id', 'workspaceId', 'name', 'activeDefinitions', 'groupCount']));
}

async function show(called: string, options: PlaneOptions): Promise<void> {
  const { getPlane } = await functions();
  const { listPlaneGroups } = await groupFunctions();
  const plane = await reading(options, async (a, definitions) => {
    const id = await findPlane(a, called, options);
    const groups = await listPlaneGroups(a, id);
    return { ...(await getPlane(a, definitions, id)), groups: groups.map(({ name }) => name) };
  });
  report(plane, options, () => table(Object.entries(plane).map(([field, value]) => ({ field, value }))));
}

async function create(name: string, options: PlaneOptions): Promise<void> {
  const { createPlane } = await functions();
  const content = await contentIn(options.content ?? '');
  const plane = await changing(options, async (a, definitions) => {
    const workspaceId = await find<number>(a, 'workspaces', options.workspace ?? '');
    return createPlane(a, definitions, { workspaceId, name, content });
  });
  report(plane, options, () => `Made the plane "${plane.name}", number ${plane.id}. Assign groups to it next.`);
}

async function update(called: string, options: PlaneOptions): Promise<void> {
  const { updatePlane } = await functions();
  const content = options.content === undefined ? null : await contentIn(options.content);
  const plane = await changing(options, async (a, definitions) =>
    updatePlane(a, definitions, await findPlane(a, called, options), { name: options.name, content }),
  );
  report(plane, options, () => `Changed the plane "${plane.name}".`);
}

async function duplicate(called: string, name: string, options: PlaneOptions): Promise<void> {
  const { duplicatePlane } = await functions();
  const plane = await changing(options, async (a, definitions) =>
    duplicatePlane(a, definitions, await findPlane(a, called, options), name),
  );
  report(plane, options, () => `Made the plane "${plane.name}", number ${plane.id}. Assign groups to it next.`);
}

async function remove(called: string, options: PlaneOptions): Promise<void> {
  const { deletePlane } = await functions();
  const confirm = options.confirm ?? false;
  await changing(options, async (a) => deletePlane(a, await findPlane(a, called, options), confirm));
  report({ deleted: called }, options, () => `Deleted the plane "${called}".`);
}

async function assign(called: string, options: PlaneOptions): Promise<void> {
  const { assignPlane } = await groupFunctions();
  const { plane, escapes } = await changing(options, async (a, definitions) =>
    assignPlane(a, definitions, await findPlane(a, called, options), await findAll(a, 'groups', options.group)),
  );
  if (escapes.count > 0) note(`Warning: members who see more through other planes: ${escapes.count}`);
  for (const { user, planes } of escapes.members) note(`  ${user}: ${planes.join(', ')}`);
  report({ plane, escapes }, options, () => `Groups that "${plane.name}" is assigned to: ${plane.groupCount}.`);
}

async function unassign(called: string, options: PlaneOptions): Promise<void> {
  const { unassignPlane } = await groupFunctions();
  const confirm = options.confirm ?? false;
  const plane = await changing(options, async (a, definitions) => {
    const groups = await findAll(a, 'groups', options.group);
    return unassignPlane(a, definitions, await findPlane(a, called, options), groups, confirm);
  });
  report(plane, options, () => `Groups that "${plane.name}" is assigned to: ${plane.groupCount}.`);
}

async function fields(called: string, definition: string, options: PlaneOptions): Promise<void> {
  const { computedFields } = await functions();
  const computed = await reading(options, async (a, definitions) =>
    computedFields(a, definitions, await findPlane(a, called, options), definition),
  );
  report(computed, options, () =>
    table(
      computed.map(({ field, level, sources }) => ({
        field,
        level,
        'comes from': sources.map(({ kind, name, level: given }) => `${kind} ${name} (${given})`),
      })),
    ),
  );
}

async function findPlane(a: Administration, called: string, { workspace }: PlaneOptions): Promise<number> {
  return find<number>(a, 'planes', called, await findWorkspace(a, workspace));
}
