import type { ObjectDefinition } from './definition.ts';
import { freezeColumn, freezeInputs, freezeSql, tellsOf } from './freeze.ts';
import { abilitiesOf, isActive, levelsOf } from './levels.ts';
import {
  OWNER_ROLE,
  planeNewSchema,
  planeRole,
  planeSchema,
  planesRole,
  VIEWER_ROLE,
  workspaceSchema,
} from './names.ts';
import { ownedView } from './owned-view.ts';
import { selectRecord, selectText, SYSTEM_COLUMNS } from './record-columns.ts';
import { rightSql } from './rights.ts';
import { restrictionOf, restrictionSql, type Blueprint, type Plane } from './restriction.ts';
import { identifier, qualified, type SqlObject } from './sql-object.ts';

/** What a new record is given besides its fields (W3). */
const GIVEN_COLUMNS = ['id', 'archive_id', 'folder_id', 'client_id'] as const;

/** A plane and one definition that is active in it. */
interface Part {
  readonly blueprint: Blueprint;
  readonly plane: Plane;
  readonly definition: ObjectDefinition;
  readonly role: string;
  /** The record table. */
  readonly table: string;
}

/**
 * What a plane compiles into: a role, a schema of read views that belong to it, policies and column grants to it, and
 * insert-only views where CREATE is granted. The policies on the tables are the barrier, not the views: a security
 * barrier would keep every index from being used for a condition or an order.
 */
export function planeObjects(blueprint: Blueprint, plane: Plane): SqlObject[] {
  const role = planeRole(blueprint.tag, plane.id);
  const parts = [...blueprint.definitions.values()]
    .filter((definition) => isActive(definition, plane.content))
    .map((definition): Part => {
      const table = qualified(workspaceSchema(blueprint.workspace), definition.table);
      return { blueprint, plane, definition, role, table };
    });
  const creating = parts.filter(mayCreate);
  return [
    roleObject(blueprint, plane, role),
    schemaObject(planeSchema(plane.id), role, `Plane ${plane.id}: what it shows (A2), one view per active definition.`),
    ...(creating.length === 0
      ? []
      : [
          schemaObject(planeNewSchema(plane.id), role, `Plane ${plane.id}: where records are created through it (W3).`),
        ]),
    ...parts.flatMap((part) => [grantObject(part), readPolicy(part), readView(part)]),
    ...creating.flatMap((part) => [createPolicy(part), createView(part)]),
  ];
}

function mayCreate({ plane, definition }: Part): boolean {
  return abilitiesOf(definition, plane.content).includes('CREATE');
}

function roleObject({ tag, workspace }: Blueprint, plane: Plane, role: string): SqlObject {
  return {
    kind: 'role',
    name: identifier(role),
    sql: [
      `create role ${identifier(role)} nologin`,
      `grant ${identifier(role)} to ${OWNER_ROLE} with inherit false, set true`,
      `grant ${identifier(planesRole(tag, workspace))} to ${identifier(role)} with inherit true, set false`,
    ].join(';\n'),
    comment: `Plane ${plane.id} of workspace ${workspace}: owns its views; nobody signs in as it (A6: membership is data).`,
  };
}

function schemaObject(schema: string, role: string, comment: string): SqlObject {
  const name = identifier(schema);
  return {
    kind: 'schema',
    name,
    sql: [
      `create schema ${name}`,
      `grant usage, create on schema ${name} to ${identifier(role)}`,
      `grant usage on schema ${name} to ${VIEWER_ROLE}`,
    ].join(';\n'),
    comment,
  };
}

/**
 * A3: the columns of the fields that the plane shows, and to create with, of those that it edits. Those that freezes
 * test are its role's to read, too; its views show of them only whether the record is frozen.
 */
function grantObject(part: Part): SqlObject {
  const { role, table } = part;
  const read = new Set([
    ...SYSTEM_COLUMNS,
    ...shownColumns(part),
    ...freezeColumns(part).flatMap(({ reads }) => reads),
  ]);
  const privileges = [`select (${list([...read])})`];
  if (mayCreate(part)) privileges.push(`insert (${list(newColumns(part))})`);
  return {
    kind: 'grant',
    name: `${identifier(role)} on ${table}`,
    sql: `grant ${privileges.join(',\n  ')}\n  on ${table} to ${identifier(role)}`,
  };
}

/** A2, V1: the records that the plane exposes to those who are in it, trash apart. */
function readPolicy({ plane, definition, role, table }: Part): SqlObject {
  return {
    kind: 'policy',
    name: `acp_${plane.id}_read on ${table}`,
    sql: `create policy acp_${plane.id}_read on ${table} for select to ${identifier(role)}\n  using (${conditions(plane, definition)})`,
    comment: `A2, A6, V1: what plane ${plane.id} exposes of definition ${definition.name} to its members.`,
  };
}

/** W3: what is created through the plane must be a record that the plane exposes. */
function createPolicy({ plane, definition, role, table }: Part): SqlObject {
  return {
    kind: 'policy',
    name: `acp_${plane.id}_create on ${table}`,
    sql: `create policy acp_${plane.id}_create on ${table} for insert to ${identifier(role)}\n  with check (${conditions(plane, definition)})`,
    comment: `W3: what may be created of definition ${definition.name} through plane ${plane.id}.`,
  };
}

function conditions(plane: Plane, definition: ObjectDefinition): string {
  const restriction = restrictionOf(definition, plane);
  const parts = [`(select rowplane.viewer_in_plane(${plane.id}))`, 'deleted_at is null'];
  if (restriction !== null) parts.push(restrictionSql(definition, restriction));
  return parts.join('\n    and ');
}

/**
 * No barrier, which the policies are: to nobody they show nothing, after they were asked about every row. The server sends
 * its reads together with their entry, which is refused where permissions have changed meanwhile: then they end at once.
 */
const SOMEBODY_LOOKS = `(select session_user <> 'rowplane_api' or current_setting('rowplane.viewer', true) <> '')`;

/** A7: the cells of one plane. The same columns in every plane; those of hidden fields are constantly empty. */
function readView(part: Part): SqlObject {
  const { blueprint, plane, definition, role, table } = part;
  const levels = levelsOf(definition, plane.content);
  const { columns, joins } = selectRecord(blueprint, definition, ({ name }) => levels[name]!.level !== 'HIDDEN');
  const frozen = freezeColumns(part).map(({ name: column, value }) => `${value} as ${column}`);
  const name = qualified(planeSchema(plane.id), definition.table);
  return ownedView({
    name,
    owner: role,
    select: selectText([...columns, ...frozen], `${table} t`, [...joins, `where ${SOMEBODY_LOOKS}`]),
    grants: [`select on ${name} to ${VIEWER_ROLE}`],
    forbidden: 'update',
    comment: `A3, A7: definition ${definition.name} as plane ${plane.id} shows it. References to records and users whom the viewer doesn't see are empty.`,
  });
}

interface FreezeColumn {
  readonly name: string;
  readonly value: string;
  /** The columns of the table that it is computed from. */
  readonly reads: readonly string[];
}

/**
 * V4, W7: what the plane's view tells of each freeze: null where nothing is taken from its members by it, and false to
 * those whom the realm or the right allows no change anyway. A column that isn't asked for is never computed.
 */
function freezeColumns({ blueprint, plane, definition }: Part): FreezeColumn[] {
  const levels = levelsOf(definition, plane.content);
  const changeable = {
    edits: (field: string) => levels[field]!.level === 'EDIT',
    abilities: abilitiesOf(definition, plane.content),
  };
  const mayEdit = [
    `coalesce((select rowplane.viewer_flags(${blueprint.workspace}, 'EDIT'))[t.realm_id], false)`,
    ...(definition.right === undefined ? [] : [rightSql(blueprint.workspace, definition.right, 'EDIT')]),
  ].join(' and ');
  return (definition.freezes ?? []).map((freeze, index) => {
    const name = freezeColumn(index);
    return tellsOf(definition, freeze, changeable)
      ? { name, value: `${mayEdit} and ${freezeSql(definition, freeze, 't')}`, reads: freezeInputs(definition, freeze) }
      : { name, value: 'null::boolean', reads: [] };
  });
}

/** W3: takes new records and shows none. */
function createView(part: Part): SqlObject {
  const { plane, definition, role, table } = part;
  const name = qualified(planeNewSchema(plane.id), definition.table);
  return ownedView({
    name,
    owner: role,
    select: selectText(
      newColumns(part).map((column) => `t.${identifier(column)}`),
      `${table} t`,
      [],
    ),
    grants: [`insert on ${name} to ${VIEWER_ROLE}`],
    forbidden: 'update',
    comment: `W3: creating definition ${definition.name} through plane ${plane.id}, with the fields that it edits.`,
  });
}

function shownColumns({ plane, definition }: Part): string[] {
  const levels = levelsOf(definition, plane.content);
  return Object.values(definition.fields)
    .filter((field) => levels[field.name]!.level !== 'HIDDEN')
    .map((field) => field.column);
}

function newColumns({ plane, definition }: Part): string[] {
  const levels = levelsOf(definition, plane.content);
  const edited = Object.values(definition.fields).filter((field) => levels[field.name]!.level === 'EDIT');
  return [...GIVEN_COLUMNS, ...edited.map((field) => field.column)];
}

function list(columns: readonly string[]): string {
  return columns.map(identifier).join(', ');
}
