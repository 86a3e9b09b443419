import { type Deployment, openDeployment } from '../database/deployment.ts';
import { readSettings, type Settings } from '../database/settings.ts';
import { note } from './output.ts';

/** Asks for a say on Ctrl-C: the first one aborts the signal that this returns, and only the second one stops the command. */
export type Interrupted = () => AbortSignal;

/**
 * Runs a command's `work` on the database that the settings lead to, and leaves no server behind: neither at the end,
 * nor after an error, nor on Ctrl-C.
 */
export async function withDeployment<T>(
  work: (deployment: Deployment, settings: Settings, interrupted: Interrupted) => Promise<T>,
): Promise<T> {
  const settings = readSettings();
  const deployment = await openDeployment(settings, note);
  let ending: AbortController | undefined;
  const interrupted = (signal: NodeJS.Signals) => {
    if (ending && !ending.signal.aborted) {
      note('Stopping. Once more to stop at once.');
      ending.abort(new Error('it was interrupted.'));
      return;
    }
    void deployment.stop().finally(() => process.exit(signal === 'SIGINT' ? 130 : 143));
  };
  process.on('SIGINT', interrupted).on('SIGTERM', interrupted);
  try {
    return await work(deployment, settings, () => (ending ??= new AbortController()).signal);
  } finally {
    process.off('SIGINT', interrupted).off('SIGTERM', interrupted);
    await deployment.stop();
  }
}
