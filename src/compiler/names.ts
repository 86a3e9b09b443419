/**
 * The names of everything that definitions, workspaces and planes compile into, in one place. Roles are cluster-wide,
 * so theirs carry the deployment's tag: two databases on one server don't meet.
 */

/** `dueAt` → `due_at`. One to one for names of letters and digits, so columns meet only where fields do. */
export function snakeCase(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}

/** `workOrder` → `WorkOrder`: the GraphQL type. */
export function pascalCase(name: string): string {
  return name.charAt(0).toUpperCase() + name.slice(1);
}

/** `dueAt` → `DUE_AT`: the enum value by which lists are ordered and levels are asked for. */
export function screamingCase(name: string): string {
  return snakeCase(name).toUpperCase();
}

export const OWNER_ROLE = 'rowplane_owner';
export const VIEWER_ROLE = 'rowplane_viewer';

/** The users whom the viewer may see (U3), for whatever shows users. */
export const SEEN_USERS = 'rowplane.seen_users';

export function workspaceSchema(workspace: number): string {
  return `ws_${workspace}`;
}

/** Holds the edit door: the only way to change records. */
export function editSchema(workspace: number): string {
  return `ws_${workspace}_edit`;
}

/** Holds, per definition, the ids that the viewer sees. */
export function sightSchema(workspace: number): string {
  return `ws_${workspace}_sight`;
}

export function trashSchema(workspace: number): string {
  return `ws_${workspace}_trash`;
}

export function planeSchema(plane: number): string {
  return `plane_${plane}`;
}

/** Holds a plane's insert-only views (W3). */
export function planeNewSchema(plane: number): string {
  return `plane_${plane}_new`;
}

export function writerRole(tag: string, workspace: number): string {
  return `ws_${tag}_${workspace}_writer`;
}

export function sightRole(tag: string, workspace: number): string {
  return `ws_${tag}_${workspace}_sight`;
}

export function trashRole(tag: string, workspace: number): string {
  return `ws_${tag}_${workspace}_trash`;
}

/** What all planes of a workspace inherit from: the right to follow references. */
export function planesRole(tag: string, workspace: number): string {
  return `ws_${tag}_${workspace}_planes`;
}

export function planeRole(tag: string, plane: number): string {
  return `acp_${tag}_${plane}`;
}

/**
 * The name of an index or constraint: `document__due_at__realm`. The double underscore keeps it apart from the tables
 * of the same schema, whose names have none. Names beyond Postgres's 63 bytes are cut and end in a checksum.
 */
export function tableObjectName(table: string, ...parts: string[]): string {
  const name = [table, ...parts].join('__');
  if (name.length <= 63) return name;
  let checksum = 0;
  for (const character of name) checksum = (checksum * 31 + character.charCodeAt(0)) % 0x7fffffff;
  return `${name.slice(0, 54)}__${checksum.toString(36)}`;
}
