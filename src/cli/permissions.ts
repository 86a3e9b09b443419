import type { Command } from 'commander';
import type { Administration } from '../access/administrators.ts';
import type { Permission, PermissionChange, PermissionEntry, TreeObject } from '../administration/permissions.ts';
import { isUuid } from '../database/uuid.ts';
import { type ActingOptions, adminCommand, changing, reading } from './administration.ts';
import {
  type DecisionOptions,
  decisionsOf,
  type PrincipalOptions,
  principalsOf,
  withDecisions,
  withPrincipals,
} from './decisions.ts';
import { find, findWorkspace } from './find.ts';
import { action, missing, misuse, note, report, table } from './output.ts';

interface PermissionOptions extends ActingOptions, PrincipalOptions, DecisionOptions {
  workspace?: string;
  permission?: string;
  confirm?: boolean;
}

const functions = () => import('../administration/permissions.ts');

/** `rowplane permissions …`: entries on archives, folders and records (P), as an administrator who holds EDIT_PERMISSIONS there. */
export function addPermissions(program: Command): void {
  const permissions = program
    .command('permissions')
    .description('permissions on archives, folders and records: <object> is Archive/Folder/Folder, or an id');
  inWorkspace(adminCommand(permissions, 'list <object>', 'list the entries that reach an object')).action(action(list));
  const setting = inWorkspace(adminCommand(permissions, 'set <object>', 'set, change and take back entries'));
  confirmed(withDecisions(withPrincipals(setting), 'permissions', 'VIEW,EDIT')).action(action(set));
  confirmed(
    inWorkspace(adminCommand(permissions, 'break <object>', 'break inheritance: copies the entries that reach it')),
  ).action(action((called: string, options: PermissionOptions) => inherit(called, options, false)));
  confirmed(
    inWorkspace(adminCommand(permissions, 'restore <object>', 'restore inheritance: removes copies left unchanged')),
  ).action(action((called: string, options: PermissionOptions) => inherit(called, options, true)));
  withPrincipals(inWorkspace(adminCommand(permissions, 'effective <object>', 'show what is in force for a principal')))
    .option('--permission <permission>', 'only this one')
    .action(action(effective));
}

function inWorkspace(command: Command): Command {
  return command.option('--workspace <workspace>', 'the workspace that is meant');
}

function confirmed(command: Command): Command {
  return command.option('--confirm', 'also where it takes your own EDIT_PERMISSIONS');
}

async function list(called: string, options: PermissionOptions): Promise<void> {
  const { getPermissions, listEntries } = await functions();
  const found = await reading(options, async (a) => {
    const object = await findObject(a, called, options);
    return { ...(await getPermissions(a, object)), entries: await listEntries(a, object) };
  });
  report(found, options, () =>
    [
      found.inherits ? 'Inherits from the folder above.' : 'Inherits from nothing.',
      table(found.entries.map(rowOf), ['principal', 'kind', 'permission', 'decision', 'from']),
    ].join('\n'),
  );
}

async function set(called: string, options: PermissionOptions): Promise<void> {
  const { setPermissions } = await functions();
  const warnings = await changing(options, async (a) =>
    setPermissions(a, await changesOf(a, called, options), options.confirm ?? false),
  );
  for (const { message } of warnings) note(`Warning: ${message}`);
  report({ object: called, warnings }, options, () => `Changed the permissions of "${called}".`);
}

async function inherit(called: string, options: PermissionOptions, value: boolean): Promise<void> {
  const { setInheritance } = await functions();
  await changing(options, async (a) =>
    setInheritance(a, await findObject(a, called, options), value, options.confirm ?? false),
  );
  report({ object: called, inherits: value }, options, () =>
    value ? `"${called}" inherits again.` : `"${called}" inherits from nothing any more.`,
  );
}

async function effective(called: string, options: PermissionOptions): Promise<void> {
  const { effectivePermission, PERMISSIONS } = await functions();
  const asked = options.permission === undefined ? PERMISSIONS : [permissionOf(options.permission, PERMISSIONS)];
  const found = await reading(options, async (a) => {
    const object = await findObject(a, called, options);
    const answers = [];
    for (const { name, id } of await principalsOf(a, options)) {
      for (const permission of asked)
        answers.push({ principal: name, permission, ...(await effectivePermission(a, object, id, permission)) });
    }
    return answers;
  });
  const rows = found.map(({ entries, ...answer }) => ({ ...answer, because: entries.map(reasonOf).join('; ') }));
  report(found, options, () => table(rows, ['principal', 'permission', 'allowed', 'decision', 'because']));
}

function reasonOf({ decision, principal, inherited, inheritedFrom }: PermissionEntry): string {
  const from = inherited ? ` from ${inheritedFrom?.name ?? 'above'}` : '';
  return `${decision} for ${principal?.name ?? 'somebody'}${from}`;
}

function rowOf({ principal, kind, permission, decision, inherited, inheritedFrom, copied }: PermissionEntry) {
  const from = inherited ? (inheritedFrom?.name ?? 'above') : copied ? 'copied' : 'own';
  return { principal: principal?.name ?? '', kind, permission, decision, from };
}

async function changesOf(a: Administration, called: string, options: PermissionOptions): Promise<PermissionChange[]> {
  const { PERMISSIONS } = await functions();
  const object = await findObject(a, called, options);
  const principals = await principalsOf(a, options);
  const decided = decisionsOf(options, (name) => permissionOf(name, PERMISSIONS));
  return principals.flatMap(({ id: principal }) =>
    decided.map(({ of: permission, decision }) => ({ object, principal, permission, decision })),
  );
}

function permissionOf(name: string, known: readonly Permission[]): Permission {
  const found = known.find((each) => each === name.toUpperCase());
  if (found === undefined) throw misuse(`There is no permission "${name}": there are ${known.join(', ')}.`);
  return found;
}

/** An object by its id, or by the names from its archive down, as far as the administrator sees them: administration is not sight (U2). */
async function findObject(
  a: Administration,
  called: string,
  { workspace: named }: PermissionOptions,
): Promise<TreeObject> {
  const workspace = (await findWorkspace(a, named)) ?? null;
  if (isUuid(called)) return { id: called, workspace };
  const [archive = '', ...folders] = called.split('/');
  let place = await find(a, 'archives', archive, workspace ?? undefined);
  const root = place;
  for (const name of folders) {
    const [found, another] = await a.query<{ id: string }>(
      `select id from rowplane.visible_folders
       where archive_id = $1 and name = $3 and id <> $1 and (parent_id = $2 or parent_id is null and $2 = $1) limit 2`,
      [root, place, name],
    );
    if (!found) throw missing(`There is no folder "${name}" on the way to "${called}" that this administrator sees.`);
    // P14: what is in a hidden folder is found at the top, where somebody may have called it like another one.
    if (another) throw misuse(`Several folders "${name}" are on the way to "${called}": give the id of the folder.`);
    place = found.id;
  }
  return { id: place, workspace };
}
