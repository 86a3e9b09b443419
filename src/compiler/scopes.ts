import { OWNER_ROLE, sightRole, sightSchema, workspaceSchema } from './names.ts';
import type { Blueprint } from './restriction.ts';
import { identifier, qualified, type SqlObject } from './sql-object.ts';

/** What permissions on single records need of a workspace (P1): their entries move and go with them, and whoever edits them must see the record. */
export function scopeObjects({ tag, workspace, definitions }: Blueprint): SqlObject[] {
  const role = identifier(sightRole(tag, workspace));
  const schema = identifier(sightSchema(workspace));
  return [
    { kind: 'grant', name: `usage on ${schema} to ${role}`, sql: `grant usage on schema ${schema} to ${role}` },
    ...sightFunctions(workspace, schema, role),
    ...[...definitions.values()].flatMap(({ table }) =>
      scopeTriggers(workspace, qualified(workspaceSchema(workspace), table)),
    ),
  ];
}

/**
 * Which records the viewer sees, for functions of the owner: it is free of the policies that viewers are under, so the
 * role of the sight views looks for them. Only that role can lend its functions to the owner.
 */
function sightFunctions(workspace: number, schema: string, role: string): SqlObject[] {
  const lent = (name: string, parameters: string, returns: string, found: string, comment: string): SqlObject => ({
    kind: 'function',
    name,
    sql: [
      // What policies of planes call (A5, A6), where this role asks and not the viewer's; plpgsql looks them up by name.
      `grant usage on schema rowplane to ${role}`,
      `grant execute on function rowplane.viewer(), rowplane.viewer_groups(), rowplane.viewer_planes(int) to ${role}`,
      `set local role ${role}`,
      `create or replace function ${parameters} returns ${returns}
language plpgsql stable security definer set search_path = pg_catalog, pg_temp
as $$
${found}
end $$`,
      `revoke all on function ${name} from public`,
      `grant execute on function ${name} to ${OWNER_ROLE}`,
      `comment on function ${name} is 'V1: ${comment} of workspace ${workspace}, for functions of the owner.'`,
      `set local role ${OWNER_ROLE}`,
    ].join(';\n'),
  });
  return [
    lent(
      `${schema}.sees(text, uuid)`,
      `${schema}.sees(records text, id uuid)`,
      'boolean',
      `declare
  seen boolean;
begin
  execute format('select exists (select from ${schema}.%I s where s.id = $1)', records) into seen using id;
  return seen;`,
      'whether the viewer sees a record',
    ),
    lent(
      `${schema}.seen(text, uuid[])`,
      `${schema}.seen(records text, ids uuid[])`,
      'setof uuid',
      `begin
  return query execute format('select s.id from ${schema}.%I s where s.id = any ($1)', records) using ids;`,
      'which of some records the viewer sees, those',
    ),
  ];
}

/** P5: for whoever moves or erases a record: the owner's upkeep, too. */
function scopeTriggers(workspace: number, table: string): SqlObject[] {
  const after = (name: string, event: string, call: string, comment: string): SqlObject => ({
    kind: 'trigger',
    name: `${name} on ${table}`,
    sql: `create trigger ${name} after ${event}\n  execute function rowplane.${call}(${workspace})`,
    comment,
  });
  return [
    after(
      'scope_moved',
      `update of folder_id, archive_id on ${table}\n  for each row\n  when (old.folder_id is distinct from new.folder_id or old.archive_id is distinct from new.archive_id)`,
      'move_record_scope',
      'P5: permissions of its own move with the record.',
    ),
    after(
      'scope_erased',
      `delete on ${table}\n  referencing old table as old_rows for each statement`,
      'forget_records',
      'P5: permissions of its own go with the record.',
    ),
  ];
}
