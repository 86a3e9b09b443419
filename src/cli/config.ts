import type { Command } from 'commander';
import { describeSettings, readSettings } from '../database/settings.ts';
import { action, type OutputOptions, report, table, withOutput } from './output.ts';

/** `rowplane config`: every setting, its value, and where that comes from. */
export function addConfig(program: Command): void {
  withOutput(program.command('config'))
    .description('show the settings, and where each comes from; fails if one is wrong')
    .action(
      action(async (options: OutputOptions) => {
        const settings = describeSettings();
        report(settings, options, () =>
          table(settings.map(({ variable, value, source, describes }) => ({ variable, value, source, describes }))),
        );
        readSettings();
      }),
    );
}
