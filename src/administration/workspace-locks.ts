import type { Queryable } from '../database/queryable.ts';
import type { UserNode } from '../reader/record-node.ts';

/** P11: one holder of EDIT_PERMISSIONS keeps a workspace: only they write its records and permissions. */
export interface WorkspaceLock {
  workspace: number;
  /** Null where the viewer may not see the user (U3). */
  holder: UserNode | null;
  reason: string;
  /** ISO 8601, UTC. */
  since: string;
}

const select = (locks: string, users: string) => `
  select l.workspace_id as workspace, l.reason, to_char(l.since at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') as since,
    case when u.id is not null then jsonb_build_object('id', u.id, 'name', u.name, 'displayName', u.display_name, 'role', u.role) end as holder
  from ${locks} l left join ${users} u on u.id = l.holder_id where l.workspace_id = any ($1::int[])`;

/** The locks among these workspaces, as the viewer sees them. `database` works as the viewer. */
export function visibleLocks(database: Queryable, workspaces: readonly number[]): Promise<WorkspaceLock[]> {
  return database.query<WorkspaceLock>(select('rowplane.visible_locks', 'rowplane.visible_users'), [workspaces]);
}

/** The same for an administrator, who need not see anything in a workspace (U2). */
export function listLocks(a: Queryable, workspaces: readonly number[]): Promise<WorkspaceLock[]> {
  return a.query<WorkspaceLock>(select('rowplane.workspace_locks', 'rowplane.users'), [workspaces]);
}

/**
 * Locks a workspace for its caller, who must hold EDIT_PERMISSIONS on one of its archives; the holder of a lock changes its
 * reason so. Waits for writes that are under way. Throws NOT_FOUND, FORBIDDEN, VALIDATION_FAILED (reason), LOCKED (by
 * somebody else).
 */
export async function lockWorkspace(database: Queryable, workspace: number, reason: string): Promise<void> {
  await database.query('select rowplane.lock_workspace($1, $2)', [workspace, reason]);
}

/** Ends the caller's own lock; answers whether there was one. Throws NOT_FOUND, LOCKED (by somebody else). */
export async function unlockWorkspace(database: Queryable, workspace: number): Promise<boolean> {
  const [row] = await database.query<{ ended: boolean }>('select rowplane.unlock_workspace($1) as ended', [workspace]);
  return row!.ended;
}

/** Ends anybody's lock, for administrators; answers whether there was one. Throws NOT_FOUND, FORBIDDEN. */
export async function breakWorkspaceLock(a: Queryable, workspace: number): Promise<boolean> {
  const [row] = await a.query<{ ended: boolean }>('select rowplane.break_workspace_lock($1) as ended', [workspace]);
  return row!.ended;
}
