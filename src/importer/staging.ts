import { randomBytes } from 'node:crypto';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { from as copyFrom } from 'pg-copy-streams';
import { asRefusal } from '../access/refusals.ts';
import type { StoredValue } from '../compiler/field-types.ts';
import { columnType } from '../compiler/field-types.ts';
import { identifier, qualified } from '../compiler/sql-object.ts';
import { connect, type Connection } from '../database/queryable.ts';
import type { MappedColumn, MappedColumns } from './mapping.ts';

/** A row on its way into the staging table. */
export interface StagedRow {
  number: number;
  raw: string;
  /** Why it is rejected already; then its values don't matter. */
  problem: string | null;
  /** One value per staged column, in the order of `stagedColumns`. */
  values: readonly (StoredValue | null)[];
}

/** A column of the staging table. */
export interface StagedColumn {
  name: string;
  type: string;
}

/** Where the rows of one run wait. Rows are told apart by `line`: their number in the file. */
export interface Staging {
  /** The table, as SQL names it. */
  table: string;
  connection: Connection;
  copyIn(rows: AsyncIterable<StagedRow>): Promise<void>;
  /** Rejected rows in the file's order: what the file says, and why. */
  rejected(): AsyncIterable<{ raw: string; problem: string }>;
  /** Drops the table. What an importer that was killed left behind is dropped by the next one. */
  end(): Promise<void>;
}

/** The staged form of a field's value: `f_due_at`. */
export function valueColumn({ field }: MappedColumn): string {
  return `f_${field.column}`;
}

/** What names a record that is still to be looked up: `k_process_id`. */
export function keyColumn({ field }: MappedColumn): string {
  return `k_${field.column}`;
}

/** What is copied in: the client, then each column's value, or its key where it must be looked up. */
export function stagedColumns(columns: readonly MappedColumn[]): StagedColumn[] {
  return [
    { name: 'client_id', type: 'uuid' },
    ...columns.map((column) =>
      column.lookUp
        ? { name: keyColumn(column), type: columnType(column.lookUp.key.type) }
        : { name: valueColumn(column), type: columnType(column.field.type) },
    ),
  ];
}

/**
 * Makes the table of a run, which only this user's statements and the owner can read, and the user only with IMPORT in
 * the workspace (P10). `ownerUrl` may become rowplane_owner. Throws FORBIDDEN. With `clientOf`, the client of each row
 * is still to be found too.
 */
export async function openStaging(
  ownerUrl: string,
  userId: string,
  workspace: number,
  { columns, clientOf }: MappedColumns,
): Promise<Staging> {
  const run = `run_${randomBytes(6).toString('hex')}`;
  const table = qualified('rowplane_import', run);
  const staged = stagedColumns(columns);
  const resolved = columns
    .filter(({ lookUp }) => lookUp)
    .map((column) => ({ name: valueColumn(column), type: 'uuid' }));
  const all = [...staged, ...resolved];
  const connection = await connect(ownerUrl, 'rowplane import');
  try {
    await connection.query('set role rowplane_owner');
    await connection.query(`select pg_advisory_lock(hashtextextended($1, 0))`, [`rowplane_import.${run}`]);
    await connection.query('select rowplane.drop_abandoned_imports()');
    await connection.query('select rowplane.create_import($1, $2, $3, $4, $5, $6)', [
      run,
      userId,
      workspace,
      all.map(({ name }) => name),
      all.map(({ type }) => type),
      [...resolved.map(({ name }) => name), ...(clientOf ? ['client_id'] : [])],
    ]);
  } catch (error) {
    await connection.end();
    throw asRefusal(error);
  }

  return {
    table,
    connection,
    async copyIn(rows) {
      const names = ['line', 'raw', 'problem', ...staged.map(({ name }) => identifier(name))].join(', ');
      const target = connection.client.query(copyFrom(`copy ${table} (${names}) from stdin`));
      await pipeline(Readable.from(copyText(rows)), target);
      await connection.query(`analyze ${table}`);
    },
    rejected: () => rejectedRows(connection, table),
    async end() {
      await connection.query(`drop table if exists ${table}`).catch(() => undefined);
      await connection.end();
    },
  };
}

/** Rows as COPY's text format has them, in chunks that are worth a write. */
async function* copyText(rows: AsyncIterable<StagedRow>): AsyncGenerator<string> {
  let chunk = '';
  for await (const { number, raw, problem, values } of rows) {
    const cells = values.map((value) => (value === null ? '\\N' : escaped(String(value))));
    chunk += `${number}\t${escaped(raw)}\t${problem === null ? '\\N' : escaped(problem)}\t${cells.join('\t')}\n`;
    if (chunk.length > 65_536) {
      yield chunk;
      chunk = '';
    }
  }
  if (chunk !== '') yield chunk;
}

const ESCAPES: Record<string, string> = { '\\': '\\\\', '\t': '\\t', '\n': '\\n', '\r': '\\r' };

function escaped(text: string): string {
  // The row as it stands in the file may hold what Postgres can't; such rows are rejected, and come back with a sign for it.
  return text.replaceAll('\0', '\uFFFD').replace(/[\\\t\n\r]/g, (character) => ESCAPES[character] ?? character);
}

async function* rejectedRows(connection: Connection, table: string): AsyncGenerator<{ raw: string; problem: string }> {
  for (let last = 0; ;) {
    const rows = await connection.query<{ line: number; raw: string; problem: string }>(
      `select line, raw, problem from ${table} where problem is not null and line > $1 order by line limit 1000`,
      [last],
    );
    yield* rows;
    const end = rows.at(-1);
    if (!end) return;
    last = end.line;
  }
}
