import type { Command } from 'commander';
import { adminCommand, reading, type ActingOptions } from './administration.ts';
import { action, report } from './output.ts';

/** `rowplane export`: the whole permission state as files, to be kept in git. */
export function addExport(program: Command): void {
  adminCommand(program, 'export <directory>', 'write the whole permission state as YAML files').action(
    action(async (directory: string, options: ActingOptions) => {
      const { readState } = await import('../administration/state/apply-state.ts');
      const { writeState } = await import('../administration/state/files.ts');
      const facts = await reading(options, (a) => readState(a));
      const files = await writeState(directory, facts);
      report({ directory, files, facts: facts.length }, options, () =>
        [`${facts.length} facts in ${directory}:`, ...files.map((file) => `  ${file}`)].join('\n'),
      );
    }),
  );
}
