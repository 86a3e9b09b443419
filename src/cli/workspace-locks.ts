import type { Command } from 'commander';
import { type ActingOptions, adminCommand, changing } from './administration.ts';
import { find } from './find.ts';
import { action, report } from './output.ts';

interface LockOptions extends ActingOptions {
  reason: string;
}

const functions = () => import('../administration/workspace-locks.ts');

/** `rowplane workspaces lock | unlock | break-lock` (P11). */
export function addLocks(workspaces: Command): void {
  adminCommand(workspaces, 'lock <workspace>', 'let nobody else write in a workspace, as a holder of EDIT_PERMISSIONS')
    .requiredOption('--reason <reason>', 'what those read who are refused')
    .action(action(lock));
  adminCommand(workspaces, 'unlock <workspace>', 'end your own lock').action(action(unlock));
  adminCommand(workspaces, 'break-lock <workspace>', "end anybody's lock, as an administrator").action(
    action(breakLock),
  );
}

async function lock(called: string, options: LockOptions): Promise<void> {
  const { lockWorkspace } = await functions();
  await changing(options, async (a) => lockWorkspace(a, await find<number>(a, 'workspaces', called), options.reason));
  report({ workspace: called, locked: true }, options, () => `Locked the workspace "${called}".`);
}

async function unlock(called: string, options: ActingOptions): Promise<void> {
  const { unlockWorkspace } = await functions();
  const ended = await changing(options, async (a) => unlockWorkspace(a, await find<number>(a, 'workspaces', called)));
  tellEnd(called, ended, options);
}

async function breakLock(called: string, options: ActingOptions): Promise<void> {
  const { breakWorkspaceLock } = await functions();
  const ended = await changing(options, async (a) =>
    breakWorkspaceLock(a, await find<number>(a, 'workspaces', called)),
  );
  tellEnd(called, ended, options);
}

function tellEnd(called: string, ended: boolean, options: ActingOptions): void {
  report({ workspace: called, locked: false, ended }, options, () =>
    ended ? `The workspace "${called}" is unlocked.` : `The workspace "${called}" was not locked.`,
  );
}
