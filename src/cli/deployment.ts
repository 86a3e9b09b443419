import { type Deployment, openDeployment } from '../database/deployment.ts';
import { readSettings, type Settings } from '../database/settings.ts';
import { note } from './output.ts';

/**
 * Runs a command's `work` on the database that the settings lead to, and leaves no server behind: neither at the end,
 * nor after an error, nor on Ctrl-C.
 */
export async function withDeployment<T>(work: (deployment: Deployment, settings: Settings) => Promise<T>): Promise<T> {
  const settings = readSettings();
  const deployment = await openDeployment(settings, note);
  const interrupted = (signal: NodeJS.Signals) => {
    void deployment.stop().finally(() => process.exit(signal === 'SIGINT' ? 130 : 143));
  };
  process.once('SIGINT', interrupted).once('SIGTERM', interrupted);
  try {
    return await work(deployment, settings);
  } finally {
    process.off('SIGINT', interrupted).off('SIGTERM', interrupted);
    await deployment.stop();
  }
}
