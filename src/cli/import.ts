import type { Command } from 'commander';
import { withDeployment } from './deployment.ts';
import { action, progress, report, withOutput, type OutputOptions } from './output.ts';

interface ImportArguments extends OutputOptions {
  as: string;
  workspace: string;
  archive: string;
  definition: string;
  map?: string;
  clientFrom?: string;
  folder?: string;
}

/** `rowplane import`: rows of a CSV file become records, as a user. */
export function addImport(program: Command): void {
  withOutput(program.command('import'))
    .description('import the rows of a CSV file as records; rejected rows go to <csv>.rejected.csv with the reason')
    .argument('<csv>', 'the file; its first line names the columns')
    .requiredOption('--as <user>', 'the user as whom records are created')
    .requiredOption('--workspace <name>', 'the workspace')
    .requiredOption('--archive <name>', 'the archive')
    .requiredOption('--definition <name>', 'the type of record, such as process')
    .option('--map <file>', 'a mapping file (JSON); without one, columns are matched by their names')
    .option('--client-from <column>', "the column that names each row's client, or refers to a record that has it")
    .option('--folder <path>', "folder names below the archive's root, such as 2026/Incoming")
    .addHelpText('after', HELP)
    .action(action((csv: string, options: ImportArguments) => run(csv, options)));
}

const HELP = `
A mapping file says what columns mean that aren't named like their field:
  {
    "columns": {
      "permit": "process",                                  a field; references are named by a unique field of their target
      "opened": { "field": "startedAt", "format": "dd.MM.yyyy HH:mm", "timeZone": "Europe/Amsterdam" },
      "sum":    { "field": "amount", "decimalSeparator": "," },
      "how":    { "field": "channel", "values": { "counter": "DESK" } },
      "remark": null                                        left out
    },
    "client": "department", "empty": ["-"], "delimiter": ";", "encoding": "windows-1252"
  }
Rejected rows are no failure: the exit code is 0 when every row was either imported or written to the file.`;

async function run(file: string, { as, map, json, ...options }: ImportArguments): Promise<void> {
  const [{ importFile }, { openViewers }, { viewerTokenKey }, { loadDefinitions }, { schemaFolder }] =
    await Promise.all([
      import('../importer/import-file.ts'),
      import('../access/viewers.ts'),
      import('../database/keys.ts'),
      import('../compiler/load-definitions.ts'),
      import('./schema-folder.ts'),
    ]);
  const summary = await withDeployment(async (deployment, settings, interrupted) => {
    if (!deployment.ownerUrl) throw new Error('DATABASE_URL must be set to import: rows are staged in the database.');
    const definitions = await loadDefinitions(schemaFolder(settings));
    const viewers = openViewers({
      url: deployment.apiUrl,
      key: viewerTokenKey(deployment.secret),
      readers: 1,
      lent: 1,
    });
    const bars = { reading: progress('Reading', 'bytes'), importing: progress('Importing', 'rows') };
    try {
      const request = { file, user: as, mapping: map, ...options };
      return await importFile(request, {
        ownerUrl: deployment.ownerUrl,
        viewers,
        definitions,
        interrupted: interrupted(),
        onProgress: (step, done, total) => {
          bars[step].update(done, total);
        },
      });
    } finally {
      bars.importing.end();
      await viewers.end();
    }
  });
  report(summary, { json: json ?? false }, () => {
    const { rows, imported, rejected, rejectedFile, reasons, seconds } = summary;
    const count = (number: number) => number.toLocaleString('en');
    const rate = count(Math.round((rows / Math.max(seconds, 0.001)) * 60));
    const lines = [
      `${count(rows)} rows: ${count(imported)} imported, ${count(rejected)} rejected, in ${seconds.toFixed(1)} s (${rate} a minute).`,
    ];
    if (rejectedFile !== null) {
      lines.push(`Rejected rows are in ${rejectedFile}:`, ...reasons.map((reason) => `  ${reason}`));
      if (rejected > reasons.length) lines.push(`  … and ${count(rejected - reasons.length)} more`);
    }
    return lines.join('\n');
  });
}
