import type { Command } from 'commander';
import { type Problem, Refusal } from '../access/refusals.ts';

/** Options that every command has. */
export interface OutputOptions {
  json?: boolean;
}

/** Adds `--json` to a command. */
export function withOutput(command: Command): Command {
  return command.option('--json', 'print the result, and errors, as JSON');
}

/** Prints a command's result on stdout: as JSON where asked for, otherwise as `text` says it. */
export function report(result: unknown, options: OutputOptions, text: () => string): void {
  const output = options.json ? JSON.stringify(result, null, 2) : text();
  if (output !== '') process.stdout.write(`${output}\n`);
}

/** Prints what is being done, on stderr, so that stdout holds the result alone. */
export function note(message: string): void {
  process.stderr.write(`${message}\n`);
}

/** A refusal of what a command was given. */
export function misuse(message: string, options?: ErrorOptions): Refusal {
  return new Refusal('VALIDATION_FAILED', message, {}, options);
}

/** A refusal because what a command was given names nothing. */
export function missing(message: string): Refusal {
  return new Refusal('NOT_FOUND', message);
}

/** Prints an error on stderr and makes the process end with exit code 1. */
export function fail(error: unknown, options: OutputOptions = {}): void {
  process.exitCode = 1;
  const known = error instanceof Error ? error : new Error(String(error));
  const { code, details } = known as { code?: unknown; details?: unknown };
  // A schema, table or function of ours that isn't there.
  const message = ['3F000', '42P01', '42883'].includes(String(code))
    ? `The database is not up to date: run rowplane migrate first (${known.message}).`
    : known.message;
  if (options.json) {
    process.stderr.write(`${JSON.stringify({ error: { code: code ?? 'INTERNAL', message, details } })}\n`);
    return;
  }
  process.stderr.write([`Error: ${message}`, ...linesOf(details)].join('\n  ').concat('\n'));
  // What is nobody's mistake but a programmer's is worth its trace; a refusal says all there is to say.
  if (process.env.ROWPLANE_DEBUG) process.stderr.write(`${known.stack ?? ''}\n`);
}

/** What a refusal tells besides its message: each problem where there are several, and lists, such as of those who would lose something. */
function linesOf(details: unknown): string[] {
  if (typeof details !== 'object' || details === null) return [];
  // The message of a cycle is the cycle itself.
  const { problems, cycle: _cycle, ...others } = details as Record<string, unknown>;
  const several = Array.isArray(problems) && problems.length > 1 ? (problems as Problem[]) : [];
  return [
    ...several.map((problem) => `${problem.path}: ${problem.message}`),
    ...Object.entries(others)
      .filter(([, list]) => Array.isArray(list) && list.length > 0)
      .map(([name, list]) => `${wordsOf(name)}: ${(list as unknown[]).map(namesOf).join('; ')}`),
  ];
}

/** `rightsRoles` → `rights roles` */
function wordsOf(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);
}

/** `{ id: …, user: 'ben', workspace: 'Office' }` → `ben, Office` */
function namesOf(item: unknown): string {
  if (typeof item !== 'object' || item === null || Array.isArray(item)) return textOf(item);
  const { id, ...names } = item as Record<string, unknown>;
  return textOf(Object.keys(names).length > 0 ? Object.values(names) : id);
}

/** Makes an action for commander whose errors end in `fail`. The last two arguments are the options and the command. */
export function action<A extends unknown[]>(work: (...args: A) => Promise<void>): (...args: A) => Promise<void> {
  return async (...args) => {
    try {
      await work(...args);
    } catch (error) {
      const command = args.at(-1) as Command;
      fail(error, command.optsWithGlobals());
    }
  };
}

/** A table in columns for people; numbers are aligned to the right. */
export function table(items: readonly object[], columns = Object.keys(items[0] ?? {})): string {
  const rows = items as readonly Record<string, unknown>[];
  const cells = rows.map((row) => columns.map((column) => textOf(row[column])));
  const right = columns.map((column) => rows.length > 0 && rows.every((row) => typeof row[column] === 'number'));
  const widths = columns.map((column, i) => Math.max(column.length, ...cells.map((row) => row[i]?.length ?? 0)));
  const line = (texts: string[]) =>
    texts
      .map((text, i) => (right[i] ? text.padStart(widths[i] ?? 0) : text.padEnd(widths[i] ?? 0)))
      .join('  ')
      .trimEnd();
  return [line(columns), line(widths.map((width) => '-'.repeat(width))), ...cells.map(line)].join('\n');
}

function textOf(value: unknown): string {
  if (value === null || value === undefined) return '';
  if (Array.isArray(value)) return value.map(textOf).join(', ');
  return typeof value === 'string' ? value : JSON.stringify(value);
}

/** How far something is. `total` null where nobody knows yet. */
export interface Progress {
  update(done: number, total: number | null): void;
  /** Removes the bar; what follows begins on a clean line. */
  end(): void;
}

/** A progress bar on a terminal's stderr; nothing at all elsewhere. */
export function progress(label: string, unit = ''): Progress {
  const terminal = process.stderr;
  if (!terminal.isTTY) return { update: () => undefined, end: () => undefined };
  const started = Date.now();
  let drawn = 0;
  return {
    update(done, total) {
      const now = Date.now();
      if (now - drawn < 100 && done !== total) return;
      drawn = now;
      const rate = Math.round(done / Math.max(0.001, (now - started) / 1000)).toLocaleString('en');
      const share = total ? Math.min(1, done / total) : 0;
      const bar = total ? `${'█'.repeat(Math.round(share * 24)).padEnd(24, '░')} ${Math.floor(share * 100)} % ` : '';
      const text = `${label} ${bar}${done.toLocaleString('en')} ${unit} (${rate}/s)`;
      terminal.write(`\r\x1b[2K${text.slice(0, (terminal.columns || 80) - 1)}`);
    },
    end() {
      terminal.write('\r\x1b[2K');
    },
  };
}
