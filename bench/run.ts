// `npm run bench`: what is measured, against whom, and how, is told in docs/performance.md.
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { cpus, loadavg, tmpdir, totalmem } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { measureHttp } from './http-section.ts';
import { measureLayers } from './layers-section.ts';
import { pathOf } from './processes.ts';
import { report } from './report.ts';
import type { Results } from './results.ts';
import { measureSaving } from './saving-section.ts';
import { lineOf, measureSql } from './sql-section.ts';
import { measureStarting } from './starting-section.ts';
import { measureSubscriptions, SUBSCRIPTIONS } from './subscriptions-section.ts';
import { openWorld } from './world.ts';

const SECTIONS = ['sql', 'http', 'saving', 'starting', 'subscriptions', 'layers'];

const USAGE = `Usage: npm run bench -- [--size 1000000] [--only sql,http,saving,starting,subscriptions,layers] [--subscribers 5000] [--seconds 20] [--quick] [--directory D] [--keep] [--out F]
  --size       documents in each of the two workspaces
  --only       some of the sections instead of all
  --subscribers, --seconds  of the section subscriptions: how many, and how long they are told of changes
  --quick      few runs of each, to see that everything works
  --directory  where the database is made, or found if an earlier run kept it; default: a new folder for temporary files
  --keep       keep the database, and say where it is
  --out        where the results go; default: bench/results.json`;

const QUICK_SUBSCRIPTIONS = { ...SUBSCRIPTIONS, subscribers: 40, seconds: 2 };

/** Figures of the second have a meaning only for the code that makes them. */
const SQL = { timing: { budget: 400 }, planes: [20, 100] } as const;
const QUICK_SQL = { timing: { budget: 1, least: 1, warm: 0 }, planes: [5, 6] } as const;

const { values } = parseArgs({
  options: {
    size: { type: 'string', default: '1000000' },
    only: { type: 'string', default: SECTIONS.join(',') },
    subscribers: { type: 'string', default: String(SUBSCRIPTIONS.subscribers) },
    seconds: { type: 'string', default: String(SUBSCRIPTIONS.seconds) },
    quick: { type: 'boolean', default: false },
    directory: { type: 'string' },
    keep: { type: 'boolean', default: false },
    out: { type: 'string', default: pathOf('results.json') },
    help: { type: 'boolean', default: false },
  },
});

const size = Number(values.size);
const only = values.only.split(',');
const unknown = only.find((section) => !SECTIONS.includes(section));
if (values.help || unknown !== undefined || !Number.isInteger(size) || size < 2000) {
  console.log(unknown === undefined ? USAGE : `There is no section "${unknown}".\n${USAGE}`);
  process.exit(values.help ? 0 : 1);
}

const directory = values.directory ?? (await mkdtemp(join(tmpdir(), 'rowplane-bench-')));
const log = (line: string): void => console.error(line);
const results: Results = { machine: await machine(), date: new Date().toISOString(), size, load: [loadavg()[0]!] };
try {
  await measure(results);
} finally {
  // What was measured before a failure is worth keeping.
  results.load.push(loadavg()[0]!);
  await writeFile(values.out, `${JSON.stringify(results, null, 2)}\n`);
  console.log(report(results));
  log(`The figures are in ${values.out}.`);
  if (values.keep || values.directory)
    log(`The database is kept in ${directory}: give it as --directory to use it again.`);
  else await rm(directory, { recursive: true, force: true });
}

async function measure(into: Results): Promise<void> {
  // First: nothing else runs then.
  if (only.includes('starting')) into.starting = await measureStarting(log);
  if (only.every((section) => section === 'starting')) return;
  const world = await openWorld(directory, size, log);
  try {
    if (only.includes('saving')) into.saving = await measureSaving(world, values.quick ? 1 : 7, log);
    const http = values.quick ? { seconds: 1, turns: 1 } : { seconds: 5, turns: 5 };
    if (only.includes('http')) into.http = await measureHttp(world, { ...http, log });
    if (only.includes('sql')) {
      into.sql = [];
      for await (const one of measureSql(world, values.quick ? QUICK_SQL : SQL)) {
        log(lineOf(one));
        into.sql.push(one);
      }
    }
    if (only.includes('subscriptions')) {
      const given = { ...SUBSCRIPTIONS, subscribers: Number(values.subscribers), seconds: Number(values.seconds) };
      into.subscriptions = await measureSubscriptions(world, values.quick ? QUICK_SUBSCRIPTIONS : given, log);
    }
    // Last: it fills what the others measure.
    if (only.includes('layers'))
      into.layers = await measureLayers(world, values.quick ? QUICK_SQL.timing : SQL.timing, log);
  } finally {
    await world.stop();
  }
}

async function machine(): Promise<string> {
  const info = await readFile('/proc/cpuinfo', 'utf8').catch(() => '');
  const model = /model name\s*:\s*(.*)/.exec(info)?.[1] ?? cpus()[0]?.model ?? 'unknown processor';
  return `${cpus().length} cores (${model}), ${Math.round(totalmem() / 2 ** 30)} GB, ${process.platform}, Node ${process.versions.node}`;
}
