import type { Command } from 'commander';
import type { Administration } from '../access/administrators.ts';
import type { LogEntry, LogRequest } from '../administration/log.ts';
import { type ActingOptions, adminCommand, asOwner, reading } from './administration.ts';
import { find } from './find.ts';
import { action, misuse, note, type OutputOptions, report, table, withOutput } from './output.ts';

interface Filters extends ActingOptions {
  who?: string;
  door?: string;
  table?: string;
  operation?: string;
  object?: string;
  since?: string;
  until?: string;
  first?: string;
  after?: string;
}

/** `rowplane log show | verify`: every change of a permission, and whether the log is whole (L1, L2). */
export function addLog(program: Command): void {
  const log = program.command('log').description('changes of permissions');
  adminCommand(log, 'show', 'show who changed which permission, newest first')
    .option('--who <user>', 'only changes by this user')
    .option('--door <door>', 'only through API, CLI or SQL')
    .option('--table <table>', 'only changes of this table, such as group_members')
    .option('--operation <operation>', 'only INSERT, UPDATE, DELETE, TRUNCATE or BASELINE')
    .option('--object <object>', 'only what names this: user:ben, group:Counter, plane:Review …, or an id')
    .option('--since <moment>', 'ISO 8601, such as 2026-01-31T09:30:00Z')
    .option('--until <moment>', 'before this moment')
    .option('--first <number>', 'at most so many, 1 to 500', '50')
    .option('--after <cursor>', 'continue behind this')
    .action(action(show));
  withOutput(log.command('verify'))
    .description('check that no entry was edited, removed or moved, and tell the last hash; exit code 1 where one was')
    .option('--expect <hash>', 'a hash that was told before and kept elsewhere: finds entries cut off the end')
    .action(action(verify));
}

async function show(options: Filters): Promise<void> {
  const { listLog, logCursorOf } = await import('../administration/log.ts');
  const { door, table: of, operation, since, until, after } = options;
  const page = await reading(options, async (a) => {
    const request: LogRequest = { door, operation, table: of, since, until, after, first: Number(options.first) };
    if (options.who !== undefined) request.actor = await find(a, 'users', options.who);
    if (options.object !== undefined) request.object = await findObject(a, options.object);
    return listLog(a, request);
  });
  const last = page.items.at(-1);
  const next = page.hasNextPage && last ? logCursorOf(last) : null;
  report({ entries: page.items, next }, options, () => (page.items.length === 0 ? 'Nothing.' : lines(page.items)));
  if (next !== null && !options.json) note(`There is more: --after ${next}`);
}

const NOUNS = {
  company: 'companies',
  workspace: 'workspaces',
  archive: 'archives',
  client: 'clients',
  plane: 'planes',
  group: 'groups',
  user: 'users',
  profile: 'profiles',
  'rights-role': 'rights_roles',
} as const;

/** How the log names something that is called `group:Counter`, or by its id, which may be that of something gone. */
async function findObject(a: Administration, called: string): Promise<string> {
  const [, noun, name = ''] = /^([a-z-]+):(.*)$/s.exec(called) ?? [];
  if (noun === undefined) return called.toLowerCase();
  if (!(noun in NOUNS)) throw misuse(`"${noun}" is none of ${Object.keys(NOUNS).join(', ')}.`);
  const id = await find<string | number>(a, NOUNS[noun as keyof typeof NOUNS], name);
  return typeof id === 'number' ? `${noun}/${id}` : id;
}

function lines(entries: readonly LogEntry[]): string {
  return table(
    entries.map((entry) => ({
      entry: entry.id,
      at: entry.at.replace('T', ' ').slice(0, 19),
      who: entry.actorName ?? entry.actor ?? entry.login,
      door: entry.door,
      table: entry.table,
      operation: entry.operation,
      what: whatOf(entry),
    })),
  );
}

/** What an entry says: of an update, what is not as before. */
function whatOf({ operation, changed, before, after }: LogEntry): string {
  if (operation !== 'UPDATE') return contentOf(after ?? before ?? {});
  const row = contentOf(Object.fromEntries(Object.entries(after ?? {}).filter(([key]) => /(^|_)id$/.test(key))));
  const changes = (changed ?? []).map((column) =>
    after && column in after ? `${column}: ${short(before?.[column])} → ${short(after[column])}` : column,
  );
  return [row, ...changes].filter(Boolean).join(', ');
}

function contentOf(row: Record<string, unknown>): string {
  return Object.entries(row)
    .filter(([key, value]) => value !== null && key !== 'created_at')
    .map(([key, value]) => `${key}: ${short(value)}`)
    .join(', ');
}

function short(value: unknown): string {
  const text = typeof value === 'string' ? value : JSON.stringify(value ?? null);
  return text.length > 60 ? `${text.slice(0, 59)}…` : text;
}

async function verify(options: OutputOptions & { expect?: string }): Promise<void> {
  const { verifyLog } = await import('../administration/log-verify.ts');
  const { transaction } = await import('../database/queryable.ts');
  const result = await asOwner((owner) =>
    transaction(
      owner,
      (snapshot) => verifyLog(snapshot, { expect: options.expect }),
      'begin isolation level repeatable read read only',
    ),
  );
  report(result, options, () => {
    const told = result.problems.map(({ kind, message }) => `${kind.padEnd(9)}  ${message}`);
    const whole = told.length === 0 ? [`The log is whole: ${result.entries} entries.`] : told;
    return [...whole, ...(result.last ? [`Last hash, to be kept elsewhere: ${result.last.hash}`] : [])].join('\n');
  });
  if (result.problems.length > 0) process.exitCode = 1;
}
