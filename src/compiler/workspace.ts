import {
  editSchema,
  OWNER_ROLE,
  planesRole,
  sightRole,
  sightSchema,
  trashRole,
  trashSchema,
  VIEWER_ROLE,
  workspaceSchema,
  writerRole,
} from './names.ts';
import { identifier, type SqlObject } from './sql-object.ts';

/** A workspace of this deployment; `tag` keeps its roles apart from other databases' on the same server. */
export interface WorkspaceNames {
  readonly id: number;
  readonly tag: string;
}

/**
 * What every workspace has before any table: four schemas, and the roles that own the views through which viewers
 * change records, learn which ones they see, and find the trash.
 */
export function workspaceObjects({ id, tag }: WorkspaceNames): SqlObject[] {
  return [
    schema(workspaceSchema(id), `Workspace ${id}: one table per object definition, and what guards them.`),
    schema(editSchema(id), `Workspace ${id}: the only door through which records are changed (W1).`),
    schema(sightSchema(id), `Workspace ${id}: which records the viewer sees, for references to them (W8).`),
    schema(trashSchema(id), `Workspace ${id}: what is in the trash, for those who may restore it (W2).`),
    ...role(writerRole(tag, id), id, `Workspace ${id}: owns the edit door (W1); nobody signs in as it.`),
    ...role(sightRole(tag, id), id, `Workspace ${id}: owns the views of visible ids (V1); nobody signs in as it.`),
    ...role(trashRole(tag, id), id, `Workspace ${id}: owns the views of the trash (W2); nobody signs in as it.`),
    ...role(planesRole(tag, id), id, `Workspace ${id}: what its planes inherit, which is following references (W8).`),
    ...[editSchema(id), sightSchema(id), trashSchema(id)].map((name) => usage(name, VIEWER_ROLE)),
  ];
}

/** The role names of a workspace, which go with it: roles live outside the database. */
export function workspaceRoles({ id, tag }: WorkspaceNames): string[] {
  return [writerRole(tag, id), sightRole(tag, id), trashRole(tag, id), planesRole(tag, id)];
}

/** The schemas of a workspace, in the order in which they can be dropped. */
export function workspaceSchemas(id: number): string[] {
  return [trashSchema(id), sightSchema(id), editSchema(id), workspaceSchema(id)];
}

function schema(name: string, comment: string): SqlObject {
  return { kind: 'schema', name: identifier(name), sql: `create schema ${identifier(name)}`, comment };
}

function role(name: string, workspace: number, comment: string): SqlObject[] {
  const quoted = identifier(name);
  return [
    { kind: 'role', name: quoted, sql: `create role ${quoted} nologin noinherit`, comment },
    {
      kind: 'grant',
      name: `${quoted} to ${OWNER_ROLE}`,
      // The owner can become it, to make what it owns, but has nothing of it otherwise.
      sql: `grant ${quoted} to ${OWNER_ROLE} with inherit false, set true`,
    },
    usage(workspaceSchema(workspace), name),
  ];
}

function usage(schemaName: string, grantee: string): SqlObject {
  return {
    kind: 'grant',
    name: `usage on ${identifier(schemaName)} to ${identifier(grantee)}`,
    sql: `grant usage on schema ${identifier(schemaName)} to ${identifier(grantee)}`,
  };
}
