import { asRefusal, Refusal } from '../access/refusals.ts';
import type { Queryable } from '../database/queryable.ts';

/** P1. */
export const PERMISSIONS = ['VIEW', 'EDIT', 'CREATE', 'DELETE', 'EDIT_PERMISSIONS'] as const;
export type Permission = (typeof PERMISSIONS)[number];

/** P2; null is "not specified". */
export type Decision = 'ALLOW' | 'DENY';

/** An archive (its root), a folder or a record by its uuid. The workspace, where known, says where to look first. */
export interface TreeObject {
  id: string;
  workspace?: number | null;
}

/** What an object is to say of a principal. */
export interface PermissionChange {
  object: TreeObject;
  /** A user or a group, built-in ones too. */
  principal: string;
  permission: Permission;
  decision: Decision | null;
}

export interface PermissionEntry {
  id: string;
  /** Null where the viewer may not see the user or group (U3). */
  principal: { id: string; name: string } | null;
  kind: 'USER' | 'GROUP';
  permission: Permission;
  decision: Decision;
  inherited: boolean;
  /** The folder that it is inherited from, as far as the viewer sees it; null for the object's own. */
  inheritedFrom: { id: string; name: string } | null;
  /** P5: copied when inheritance was broken, and unchanged since. */
  copied: boolean;
}

/** P9. */
export interface ObjectPermissions {
  object: TreeObject;
  hasOwnEntries: boolean;
  inherits: boolean;
  mayEdit: boolean;
}

export interface EffectivePermission {
  /** Of the entries alone (P4). */
  decision: Decision | 'UNSPECIFIED';
  /** With everything that the permission presupposes (P8, U4). */
  allowed: boolean;
  /** All that reach the principal and the object, the nearest first. */
  entries: PermissionEntry[];
}

export interface Warning {
  code: string;
  message: string;
}

interface EntryRow {
  entry_id: string;
  depth: number;
  from_object: string | null;
  from_name: string | null;
  user_id: string | null;
  group_id: string | null;
  kind: 'USER' | 'GROUP';
  name: string | null;
  permission: Permission;
  decision: Decision;
  copied: boolean;
}

/**
 * P2, P8: sets, changes and takes back entries of any number of objects, for whoever holds EDIT_PERMISSIONS on each; the
 * caller's transaction makes it all or nothing. A DENY is answered by a warning that says whom it reaches.
 *
 * Throws NOT_FOUND (object or principal), FORBIDDEN, VALIDATION_FAILED, and LOCKED_OUT where nobody could edit an
 * archive's permissions afterwards or, unless confirmed, the viewer couldn't (P7).
 */
export async function setPermissions(
  database: Queryable,
  changes: readonly PermissionChange[],
  confirm = false,
): Promise<Warning[]> {
  const warnings: Warning[] = [];
  const numbered = changes.map((change, index) => ({ ...change, path: `changes[${index}].` }));
  for (const [id, entries] of Map.groupBy(numbered, ({ object }) => object.id)) {
    const list = entries.map(({ principal, permission, decision, path }) => ({
      principal,
      permission,
      decision,
      path,
    }));
    const [row] = await database
      .query<{ warnings: Warning[] }>('select rowplane.set_entries($1, $2::jsonb, $3, $4) as warnings', [
        id,
        JSON.stringify(list),
        confirm,
        entries[0]?.object.workspace ?? null,
      ])
      .catch((error: unknown) => {
        throw placed(error, `${entries[0]!.path}object`);
      });
    warnings.push(...(row?.warnings ?? []));
  }
  return warnings.map(({ code, message }) => ({ code, message }));
}

/** What is refused of an object as a whole, as of the one at `path`. */
function placed(error: unknown, path: string): unknown {
  const refusal = asRefusal(error);
  if (!(refusal instanceof Refusal)) return error;
  const { code, message, details } = refusal;
  if ('problems' in details || (details.path ?? 'object') !== 'object') return error;
  return new Refusal(code, message, { ...details, path }, { cause: error });
}

/**
 * P5: breaks the inheritance of an object (copying what reaches it) or restores it (removing unchanged copies). Throws as
 * `setPermissions`; `path` is what refusals call the object.
 */
export async function setInheritance(
  database: Queryable,
  { id, workspace = null }: TreeObject,
  inherit: boolean,
  confirm = false,
  path = 'object',
): Promise<void> {
  await database
    .query('select rowplane.set_inheritance($1, $2, $3, $4)', [id, inherit, confirm, workspace])
    .catch((error: unknown) => {
      throw placed(error, path);
    });
}

/** P9; null for an object that the viewer doesn't see. */
export async function findPermissions(database: Queryable, object: TreeObject): Promise<ObjectPermissions | null> {
  const [row] = await database.query<Omit<ObjectPermissions, 'object'>>(
    `select has_own_entries as "hasOwnEntries", inherits, may_edit_permissions as "mayEdit"
     from rowplane.object_permissions($1, $2)`,
    [object.id, object.workspace ?? null],
  );
  return row ? { object, ...row } : null;
}

/** The same; NOT_FOUND where there is none. */
export async function getPermissions(database: Queryable, object: TreeObject): Promise<ObjectPermissions> {
  const found = await findPermissions(database, object);
  if (found) return found;
  throw new Refusal('NOT_FOUND', 'There is no such folder or record.', { path: 'object' });
}

/** P9: all entries that reach an object, its own first. Throws FORBIDDEN without EDIT_PERMISSIONS, NOT_FOUND. */
export async function listEntries(
  database: Queryable,
  { id, workspace = null }: TreeObject,
): Promise<PermissionEntry[]> {
  const rows = await database.query<EntryRow>('select * from rowplane.entries_of($1, $2)', [id, workspace]);
  return rows.map(entryOf);
}

/** P4, P9: what is decided for a user or group on an object, and by which entries. Throws NOT_FOUND, FORBIDDEN. */
export async function effectivePermission(
  database: Queryable,
  { id, workspace = null }: TreeObject,
  principal: string,
  permission: Permission,
): Promise<EffectivePermission> {
  const [row] = await database.query<{ answer: Omit<EffectivePermission, 'entries'> & { entries: EntryRow[] } }>(
    'select rowplane.effective_permission($1, $2, $3, $4) as answer',
    [id, principal, permission, workspace],
  );
  const { decision, allowed, entries } = row!.answer;
  return { decision, allowed, entries: entries.map(entryOf) };
}

function entryOf(row: EntryRow): PermissionEntry {
  const principal = row.user_id ?? row.group_id;
  return {
    id: row.entry_id,
    principal: principal === null ? null : { id: principal, name: row.name ?? '' },
    kind: row.kind,
    permission: row.permission,
    decision: row.decision,
    inherited: row.depth > 0,
    inheritedFrom:
      row.depth > 0 && row.from_object !== null ? { id: row.from_object, name: row.from_name ?? '' } : null,
    copied: row.copied,
  };
}
