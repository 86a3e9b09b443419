import type { Connection } from '../../src/database/queryable.ts';
import { encodeId } from '../../src/graphql/global-id.ts';
import { find, type Id, type World } from '../oracle/world.ts';
import { globalId, globalIdOf, type Api } from './api.ts';
import { globalPrincipal, storedPrincipal } from './principals.ts';
import { workspaceOf } from './sql-sight.ts';
import { inViewersTransaction } from './sql-writes.ts';
import type { Stage } from './stage.ts';
import type { TreeCommand } from './tree-commands.ts';

/** V6: tries a command by the functions that people with a database login call. The code of the refusal, or null. */
export function writeTreeBySql(sql: Connection, stage: Stage, command: TreeCommand): Promise<string | null> {
  return inViewersTransaction(sql, command.viewer, async () => {
    if (command.kind === 'emptyTrash') return eraseTrash(sql, stage, stage.workspaceId(command.workspace));
    const [call, values] = callOf(command);
    await sql.query(`select rowplane.${call}`, values);
  });
}

/** W2: as long as something goes, for what is held by a record that goes can go after it. */
async function eraseTrash(sql: Connection, { definitions }: Stage, workspace: number): Promise<void> {
  for (let erased = true; erased;) {
    erased = false;
    for (const { table } of definitions.values()) {
      const gone = await sql.query(`delete from ws_${String(workspace)}_trash.${table} returning id`);
      erased ||= gone.length > 0;
    }
  }
  await sql.query('select rowplane.erase_folders($1)', [workspace]);
}

function callOf(command: Exclude<TreeCommand, { kind: 'emptyTrash' }>): [string, unknown[]] {
  switch (command.kind) {
    case 'createFolder':
      return ['create_folder($1, $2)', [command.parent, command.name]];
    case 'renameFolder':
      return ['rename_folder($1, $2)', [command.folder, command.name]];
    case 'moveFolder':
      return ['move_folder($1, $2, $3)', [command.folder, command.parent, command.confirm]];
    case 'deleteFolder':
      return ['delete_folder($1)', [command.folder]];
    case 'restoreFolder':
      return ['restore_folder($1)', [command.folder]];
    case 'setEntry': {
      const { object, principal, permission, decision, confirm } = command;
      return ['set_entry($1, $2, $3, $4, $5)', [object, storedPrincipal(principal), permission, decision, confirm]];
    }
    case 'setInheritance':
      return ['set_inheritance($1, $2, $3)', [command.object, command.inherit, command.confirm]];
  }
}

/** Tries a command by the mutation that is made for it. The code of the refusal, or null. */
export async function writeTreeByApi(
  api: Api,
  stage: Stage,
  world: World,
  command: TreeCommand,
): Promise<string | null> {
  const { name, input, answer } = mutationFor(stage, world, command);
  const type = `${name.charAt(0).toUpperCase()}${name.slice(1)}Input`;
  const source = `mutation ($input: ${type}!) { ${name}(input: $input) { ${answer} } }`;
  const { code } = await api.ask(command.viewer, source, { input });
  return code;
}

function mutationFor(
  stage: Stage,
  world: World,
  command: TreeCommand,
): { name: string; input: object; answer: string } {
  const folder = 'folder { id }';
  switch (command.kind) {
    case 'createFolder':
      return {
        name: command.kind,
        input: { parent: globalIdOf.folder(command.parent), name: command.name },
        answer: folder,
      };
    case 'renameFolder':
      return {
        name: command.kind,
        input: { id: globalIdOf.folder(command.folder), name: command.name },
        answer: folder,
      };
    case 'moveFolder': {
      const { folder: id, parent, confirm } = command;
      const input = { id: globalIdOf.folder(id), parent: globalIdOf.folder(parent), confirm };
      return { name: command.kind, input, answer: folder };
    }
    case 'deleteFolder':
      return { name: command.kind, input: { id: globalIdOf.folder(command.folder) }, answer: 'deletedId' };
    case 'restoreFolder':
      return { name: command.kind, input: { id: globalIdOf.folder(command.folder) }, answer: folder };
    case 'setEntry': {
      const { object, principal, permission, decision, confirm } = command;
      const changes = [
        { object: globalObject(stage, world, object), principal: globalPrincipal(principal), permission, decision },
      ];
      return { name: 'setPermissions', input: { changes, confirm }, answer: 'objects { object }' };
    }
    case 'setInheritance': {
      const { object, inherit, confirm } = command;
      const input = { objects: [globalObject(stage, world, object)], confirm };
      return { name: inherit ? 'restoreInheritance' : 'breakInheritance', input, answer: 'objects { object }' };
    }
    case 'emptyTrash': {
      const input = { workspace: encodeId('Workspace', stage.workspaceId(command.workspace)) };
      return { name: command.kind, input, answer: 'erased' };
    }
  }
}

function globalObject(stage: Stage, world: World, object: Id): string {
  if (world.folders.some(({ id }) => id === object)) return globalIdOf.folder(object);
  const item = find(world.items, object);
  return globalId(item.definition, stage.workspaceId(workspaceOf(world, item)), object);
}
