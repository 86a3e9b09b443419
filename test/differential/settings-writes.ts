import type { Connection } from '../../src/database/queryable.ts';
import { encodeId } from '../../src/graphql/global-id.ts';
import type { Api } from './api.ts';
import { globalPrincipal, storedPrincipal } from './principals.ts';
import { globalIdOf } from './api.ts';
import type { SettingsCommand } from './settings-commands.ts';
import { inViewersTransaction } from './sql-writes.ts';
import type { Stage } from './stage.ts';

/** V6: tries a command by the functions that people with a database login call. The code of the refusal, or null. */
export function writeSettingsBySql(
  sql: Connection,
  stage: Stage,
  command: Exclude<SettingsCommand, { kind: 'removeMember' }>,
): Promise<string | null> {
  return inViewersTransaction(sql, command.viewer, async () => {
    const workspace = stage.workspaceId(command.workspace);
    switch (command.kind) {
      case 'lock':
        await sql.query('select rowplane.lock_workspace($1, $2)', [workspace, REASON]);
        break;
      case 'unlock':
        await sql.query('select rowplane.unlock_workspace($1)', [workspace]);
        break;
      case 'breakLock':
        await sql.query('select rowplane.break_workspace_lock($1)', [workspace]);
        break;
      case 'setFunction': {
        const { function: name, principal, decision } = command;
        const entries = [{ function: name, principal: storedPrincipal(principal), decision }];
        await sql.query('select rowplane.set_function_entries($1, $2::jsonb)', [workspace, JSON.stringify(entries)]);
      }
    }
  });
}

const REASON = 'busy';

/** Tries a command by the mutation that is made for it. The code of the refusal, or null. */
export async function writeSettingsByApi(api: Api, stage: Stage, command: SettingsCommand): Promise<string | null> {
  const { name, input, answer } = mutationFor(stage, command);
  const type = `${name.charAt(0).toUpperCase()}${name.slice(1)}Input`;
  const source = `mutation ($input: ${type}!) { ${name}(input: $input) { ${answer} } }`;
  return (await api.ask(command.viewer, source, { input })).code;
}

function mutationFor(stage: Stage, command: SettingsCommand): { name: string; input: object; answer: string } {
  if (command.kind === 'removeMember') {
    const input = { group: encodeId('Group', command.group), users: [globalIdOf.user(command.user)], confirm: true };
    return { name: 'removeGroupMembers', input, answer: 'group { id }' };
  }
  const workspace = encodeId('Workspace', stage.workspaceId(command.workspace));
  switch (command.kind) {
    case 'lock':
      return { name: 'lockWorkspace', input: { workspace, reason: REASON }, answer: 'workspace { id }' };
    case 'unlock':
      return { name: 'unlockWorkspace', input: { workspace }, answer: 'workspace { id }' };
    case 'breakLock':
      return { name: 'breakWorkspaceLock', input: { workspace }, answer: 'workspace { id }' };
    case 'setFunction': {
      const { function: name, principal, decision } = command;
      const changes = [{ function: name, principal: globalPrincipal(principal), decision }];
      return { name: 'setFunctions', input: { workspace, changes }, answer: 'functions { name }' };
    }
  }
}
