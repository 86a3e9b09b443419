import type { Command } from 'commander';
import { withDeployment } from './deployment.ts';
import { action, note, type OutputOptions, report, withOutput } from './output.ts';

/** `rowplane migrate`: brings the database up to date. */
export function addMigrate(program: Command): void {
  withOutput(program.command('migrate'))
    .description('bring the database up to date: roles, migrations, policies, object definitions; safe to run again')
    .action(
      action(async (options: OutputOptions) => {
        const result = await withDeployment((deployment) => deployment.migrate({ log: note, warn: note }));
        report(result, options, () =>
          result.applied.length === 0 ? 'The database is up to date.' : `Applied ${result.applied.join(', ')}.`,
        );
      }),
    );
}
