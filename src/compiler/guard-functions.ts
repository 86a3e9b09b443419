import type { Field, ObjectDefinition } from './definition.ts';
import { isWhole } from './freeze.ts';
import { editSchema, planesRole, sightSchema, workspaceSchema } from './names.ts';
import type { Blueprint } from './restriction.ts';
import { sqlFunction } from './sql-function.ts';
import { identifier, literal, qualified, type SqlObject } from './sql-object.ts';

/** What the guard of one record table consists of. */
export interface GuardNames {
  readonly table: string;
  readonly shown: string;
  readonly editable: string;
  readonly able: string;
  /** Only where the definition freezes records. */
  readonly frozen: string;
  readonly record: string;
  readonly field: string;
  readonly references: string;
  readonly changed: string;
}

export function guardNames(workspace: number, { table }: ObjectDefinition): GuardNames {
  const named = (part: string): string => qualified(editSchema(workspace), `${table}_${part}`);
  return {
    table: qualified(workspaceSchema(workspace), table),
    shown: named('shown'),
    editable: named('editable'),
    able: named('able'),
    frozen: named('frozen'),
    record: named('record'),
    field: named('field'),
    references: named('references'),
    changed: named('changed'),
  };
}

/** The functions of one table's guard. */
export function guardFunctions(blueprint: Blueprint, definition: ObjectDefinition, names: GuardNames): SqlObject[] {
  return [
    fieldGuard(blueprint.workspace, definition, names),
    recordGuard(blueprint.workspace, names),
    changedGuard(blueprint.workspace, definition, names),
    ...(Object.values(definition.fields).some(pointsElsewhere) ? [referencesGuard(blueprint, definition, names)] : []),
  ];
}

/** Only who could change the field otherwise hears that it is frozen: it tells of fields that may be hidden. */
function fieldGuard(
  workspace: number,
  { freezes }: ObjectDefinition,
  { field, editable, frozen }: GuardNames,
): SqlObject {
  const unfrozen =
    freezes === undefined
      ? ''
      : `
  if ${frozen}(tg_argv[0], old) then
    perform rowplane.refuse('FORBIDDEN', format('This record is frozen: its field "%s" can''t be changed any more.', tg_argv[0]),
      jsonb_build_object('frozen', true, 'field', tg_argv[0], 'id', old.id));
  end if;`;
  return triggerFunction(
    field,
    'W1, W7: refuses a change of a field that is not EDIT for the viewer on this record, or is frozen.',
    `begin
  if not ${editable}(tg_argv[0], old, rowplane.viewer_planes(${workspace})) then
    perform rowplane.refuse('FORBIDDEN', format('You may not change the field "%s" of this record.', tg_argv[0]),
      jsonb_build_object('field', tg_argv[0], 'id', old.id));
  end if;${unfrozen}
  return new;
end`,
  );
}

function recordGuard(workspace: number, { record, able }: GuardNames): SqlObject {
  return triggerFunction(
    record,
    'W2, W6: what goes into the trash and comes out of it; the version that the writer expects, and the next one.',
    `declare
  expected integer := rowplane.expected_version(old.id);
  mine integer[];
  removable boolean;
begin
  if old.deleted_at is not null or new.deleted_at is not null then
    removable := coalesce((rowplane.viewer_flags(${workspace}, 'DELETE'))[old.realm_id], false);
    if old.deleted_at is not null then
      mine := rowplane.viewer_planes(${workspace});
      -- To those who don't see it in the trash, and for anything but restoring, the record is a missing one.
      if new.deleted_at is not null or not removable or not (${able}('DELETE', old, mine) or ${able}('MASS_DELETE', old, mine)) then
        return null;
      end if;
      if to_jsonb(new) - 'deleted_at' <> to_jsonb(old) - 'deleted_at' then
        perform rowplane.refuse('VALIDATION_FAILED', 'A record in the trash can only be restored. Change it afterwards.', jsonb_build_object('id', old.id));
      end if;
    elsif not removable then
      perform rowplane.refuse('FORBIDDEN', 'You may not delete records from this folder.', jsonb_build_object('permission', 'DELETE', 'id', old.id));
    else
      new.deleted_at := now();
    end if;
  end if;
  if expected <> old.version then
    perform rowplane.refuse('STALE_VERSION', format('The record has version %s by now, not %s. Read it again.', old.version, expected),
      jsonb_build_object('id', old.id, 'version', old.version, 'expected', expected));
  end if;
  new.version := old.version + 1;
  new.updated_at := now();
  return new;
end`,
  );
}

/** By the rows that did change, not by the targets, which the writer could tell differently while the statement runs. */
function changedGuard(
  workspace: number,
  { freezes }: ObjectDefinition,
  { changed, able, frozen }: GuardNames,
): SqlObject {
  // Restoring changes nothing of a frozen record: it can't be in the trash but by an older or a later rule.
  const unfrozen = !freezes?.some(isWhole)
    ? ''
    : `
  select o.id, n.deleted_at is not null as deleted into refused
  from old_rows o
  join new_rows n on n.id = o.id
  where ((o.deleted_at is null and n.deleted_at is not null) or o.folder_id <> n.folder_id or o.client_id is distinct from n.client_id) and ${frozen}(null, o);
  if found then
    perform rowplane.refuse('FORBIDDEN', format('This record is frozen: it can''t be %s any more.', case when refused.deleted then 'deleted' else 'moved or given another client' end),
      jsonb_build_object('frozen', true, 'id', refused.id));
  end if;`;
  return triggerFunction(
    changed,
    'W1, W2: several records at once need MASS_UPDATE or MASS_DELETE on each, one needs DELETE to be deleted. W7: frozen ones stay where they are. W5: keeps which records changed.',
    `declare
  several boolean := (select count(*) > 1 from new_rows);
  mine integer[] := rowplane.viewer_planes(${workspace});
  refused record;
begin
  perform set_config('rowplane.changed', coalesce((select array_agg(n.id) from new_rows n), '{}')::text, true);
  -- The first will do; a limit would make the planner go through all rows for each one.
  select o.id, needs.ability into refused
  from old_rows o
  join new_rows n on n.id = o.id
  cross join lateral (select case
    when (o.deleted_at is null) = (n.deleted_at is null) then case when several then 'MASS_UPDATE' end
    when several then 'MASS_DELETE'
    else 'DELETE'
  end) as needs(ability)
  where needs.ability is not null and not ${able}(needs.ability, o, mine);
  if found then
    perform rowplane.refuse('FORBIDDEN', format('You lack the ability %s on this record.', refused.ability),
      jsonb_build_object('ability', refused.ability, 'id', refused.id));
  end if;${unfrozen}
  return null;
end`,
  );
}

/** W8, U3: what the viewer doesn't see can't be named. References of new records are the business of policies. */
function referencesGuard(blueprint: Blueprint, definition: ObjectDefinition, { references }: GuardNames): SqlObject {
  const fields = Object.values(definition.fields).filter(pointsElsewhere);
  const checks = fields.map((field) => {
    const column = identifier(field.column);
    const isChanged = `tg_argv[0] = ${literal(field.name)}`;
    const isNamed = hasPolicy(definition, field) ? isChanged : `(tg_op = 'INSERT' or ${isChanged})`;
    const when = `${isNamed} and new.${column} is not null`;
    return `  if ${when} and not exists (${targetOf(blueprint, field, `new.${column}`)}) then
    perform rowplane.no_such_record(${literal(field.name)});
  end if;`;
  });
  return triggerFunction(
    references,
    'W8: a reference to a record that the viewer does not see is refused like one to a missing record.',
    `begin\n${checks.join('\n')}\n  return new;\nend`,
  );
}

/**
 * W8 for new records: as policies, they ask what the viewer sees once per statement, and not for each of the thousand
 * rows of an import. Only planes' roles insert, so the owner is free.
 */
export function referencePolicies(
  { tag, workspace, definitions }: Blueprint,
  definition: ObjectDefinition,
): SqlObject[] {
  const table = qualified(workspaceSchema(workspace), definition.table);
  return Object.values(definition.fields)
    .filter((field) => hasPolicy(definition, field))
    .map((field) => {
      const name = identifier(`sees_${field.column}`);
      const value = `${identifier(definition.table)}.${identifier(field.column)}`;
      const target = targetOf({ workspace, definitions }, field, value);
      return {
        kind: 'policy',
        name: `${name} on ${table}`,
        sql: `create policy ${name} on ${table} as restrictive for insert to ${identifier(planesRole(tag, workspace))}
  with check (${value} is null
    or exists (${target})
    or rowplane.no_such_record(${literal(field.name)}))`,
        comment: `W8: a new record refers by ${field.name} to what the viewer sees.`,
      };
    });
}

/** A table's policy can't ask for the table itself, and the users that the viewer sees aren't the planes' to read. */
function hasPolicy(definition: ObjectDefinition, { type, to }: Field): boolean {
  return type === 'reference' && to !== definition.name;
}

/** Whether new records' fields that point elsewhere are all judged by policies. */
export function areJudgedByPolicies(definition: ObjectDefinition): boolean {
  return Object.values(definition.fields)
    .filter(pointsElsewhere)
    .every((field) => hasPolicy(definition, field));
}

/** Whether a field holds the id of something that its writer must see. */
export function pointsElsewhere({ type }: Field): boolean {
  return type === 'reference' || type === 'user';
}

/** Finds what a field points to, if the viewer sees it. */
function targetOf(
  { workspace, definitions }: Pick<Blueprint, 'workspace' | 'definitions'>,
  field: Field,
  value: string,
): string {
  const from =
    field.type === 'user'
      ? 'rowplane.visible_users'
      : qualified(sightSchema(workspace), definitions.get(field.to!)!.table);
  return `select from ${from} s where s.id = ${value}`;
}

function triggerFunction(name: string, comment: string, body: string): SqlObject {
  return sqlFunction({
    name,
    parameters: '',
    returns: 'trigger',
    volatility: 'volatile',
    body,
    comment,
    callable: false,
  });
}
