import type { Command } from 'commander';
import { withDeployment } from './deployment.ts';
import { action, note, type OutputOptions, report, withOutput } from './output.ts';

interface MigrateOptions extends OutputOptions {
  allowDestructive?: boolean;
}

/** `rowplane migrate`: brings the database up to date. */
export function addMigrate(program: Command): void {
  withOutput(program.command('migrate'))
    .description('bring the database up to date: roles, migrations, policies, object definitions; safe to run again')
    .option('--allow-destructive', 'let changed definitions take away fields and what records hold in them')
    .action(
      action(async (options: MigrateOptions) => {
        const { bringUpToDate } = await import('./bring-up-to-date.ts');
        const { applied, changes } = await withDeployment((deployment, settings) =>
          bringUpToDate(deployment, settings, note, options),
        );
        report({ applied, changes }, options, () => {
          const done = [...applied.map((name) => `Applied ${name}`), ...changes];
          return done.length === 0 ? 'The database is up to date.' : done.join('\n');
        });
      }),
    );
}
