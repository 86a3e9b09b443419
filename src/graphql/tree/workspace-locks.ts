import {
  lockWorkspace,
  unlockWorkspace,
  visibleLocks,
  type WorkspaceLock,
} from '../../administration/workspace-locks.ts';
import { numberOf } from '../admin/ids.ts';
import { defineMutation } from '../admin/mutation.ts';
import { changing, reading } from '../as-viewer.ts';
import { loadBatched } from '../batch.ts';
import type { Kit } from '../builder.ts';
import type { Context } from '../context.ts';
import { findWorkspace, type WorkspaceRef } from './workspaces.ts';

/** P11: who has locked a workspace, and locking it. */
export function defineWorkspaceLocks(kit: Kit, workspaceRef: WorkspaceRef): void {
  const { builder, types } = kit;
  types.WorkspaceLock.implement({
    description: 'A lock on a workspace: only who holds it writes records or permissions there; everyone reads (P11).',
    fields: (t) => ({
      holder: t.field({
        type: types.User,
        description: 'Null where the viewer may not see the user (U3).',
        resolve: ({ holder }) => holder,
      }),
      reason: t.exposeString('reason', { nullable: false }),
      since: t.field({ type: 'DateTime', nullable: false, resolve: ({ since }) => since }),
    }),
  });
  builder.objectField(workspaceRef, 'lock', (t) =>
    t.field({
      type: types.WorkspaceLock,
      description: 'Null while the workspace isn’t locked.',
      resolve: ({ id }, _args, context) => loadLock(context, id),
    }),
  );

  // Answered as a place that the viewer sees, so it has to be one before anything is changed, also for administrators (U2).
  const workspace = (id: string) => numberOf('Workspace', id, 'workspace');
  defineMutation(kit, 'lockWorkspace', {
    description:
      'Locks a workspace for the viewer, who must hold EDIT_PERMISSIONS on one of its archives (P11). Who holds the lock changes its reason.',
    input: (t) => ({ workspace: t.id({ required: true }), reason: t.string({ required: true }) }),
    payload: { workspace: workspaceRef },
    async resolve(input, context) {
      const found = await findWorkspace(context, workspace(input.workspace));
      await changing(context, (database) => lockWorkspace(database, found.id, input.reason));
      return { workspace: found };
    },
  });
  defineMutation(kit, 'unlockWorkspace', {
    description: 'Ends the viewer’s own lock of a workspace; does nothing where there is none (P11).',
    input: (t) => ({ workspace: t.id({ required: true }) }),
    payload: { workspace: workspaceRef },
    async resolve(input, context) {
      const found = await findWorkspace(context, workspace(input.workspace));
      await changing(context, (database) => unlockWorkspace(database, found.id));
      return { workspace: found };
    },
  });
}

async function loadLock(context: Context, workspace: number): Promise<WorkspaceLock | null> {
  const found = await loadBatched<number, WorkspaceLock>(context, 'workspaceLock', workspace, async (workspaces) => {
    const locks = await visibleLocks(reading(context.session), workspaces);
    return new Map(locks.map((lock) => [lock.workspace, lock]));
  });
  return found ?? null;
}
