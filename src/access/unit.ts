import pg from 'pg';
import { serialize } from 'pg-protocol';
import { prepareValue } from 'pg/lib/utils.js';
import { keptOn, LEAVES_NOTHING, parseMessage, type KeptStatements } from './kept-statements.ts';

/** One SQL statement. */
export interface Statement {
  text: string;
  values: unknown[];
  /** Its plan may be kept on the connection: for a text that comes again and again, and whose best plan no value changes. */
  keep?: boolean;
}

/** A row by column name; a column `r1.title` is the `title` of an object `r1` in it. Integers are numbers, booleans booleans, JSON is parsed; bigint, dates and timestamps stay text as Postgres writes it. */
export type Row = Record<string, unknown>;

interface WireMessage {
  fields: { name: string; dataTypeID: number }[];
}
interface WireRow {
  fields: (string | null)[];
}
type Parser = (text: string) => unknown;
interface Column {
  /** The object within the row that it belongs to; empty: the row itself. */
  part: string;
  name: string;
  parse: Parser;
}

/**
 * Several statements that travel together: one flush, one Sync at the end. A statement that fails stops those behind
 * it, and outside of an explicit BEGIN the whole unit is one transaction of its own.
 */
class Unit extends pg.Query {
  private readonly statements: { text: string; values: (string | Buffer | null)[]; keep: boolean }[];
  private readonly kept: KeptStatements;
  private readonly results: Row[][] = [];
  private received: Row[] = [];
  private columns: Column[] = [];
  private settled = false;
  /** A command of its own that may have left something behind on the connection. */
  private trace: string | null = null;
  private readonly done: (error: Error | null, results: Row[][]) => void;

  constructor(kept: KeptStatements, statements: Statement[], done: (error: Error | null, results: Row[][]) => void) {
    super({ text: '' });
    // Values become wire text before anything is sent: a value that can't be written must not leave half a unit on the wire.
    this.statements = statements.map(({ text, values, keep = false }) => ({
      text,
      values: values.map(wireValue),
      keep,
    }));
    this.kept = kept;
    this.done = done;
  }

  override submit = (connection: pg.Connection): null => {
    const messages = this.statements.flatMap(({ text, values, keep }) => {
      const { name, preparing } = keep ? this.kept.use(text) : { name: '', preparing: [parseMessage('', text)] };
      return [
        ...preparing,
        serialize.bind({ portal: '', statement: name, values }),
        serialize.describe({ type: 'P', name: '' }),
        serialize.execute({ portal: '', rows: 0 }),
      ];
    });
    // One write: for many small ones, sending costs more than everything else here.
    (connection as unknown as WireConnection).stream.write(Buffer.concat([...messages, serialize.sync()]));
    return null;
  };

  handleRowDescription(message: WireMessage): void {
    this.columns = message.fields.map(columnOf);
  }

  handleDataRow(message: WireRow): void {
    const row: Row = {};
    let part = '';
    let into = row;
    for (let index = 0; index < this.columns.length; index++) {
      const column = this.columns[index] as Column;
      if (column.part !== part) {
        part = column.part;
        into = part === '' ? row : ownPart(row, part);
      }
      const text = message.fields[index];
      into[column.name] = text == null ? null : column.parse(text);
    }
    this.received.push(row);
  }

  handleCommandComplete({ text }: { text: string }): void {
    if (!LEAVES_NOTHING.test(text)) {
      this.kept.distrust();
      this.trace = text;
    }
    this.results.push(this.received);
    this.received = [];
  }

  handleEmptyQuery(): void {
    this.handleCommandComplete({ text: 'SELECT 0' });
  }

  handleError(error: Error): void {
    // Its command may have done what no rollback takes back, without telling what it was.
    this.kept.distrust();
    this.settle(error);
  }

  handleReadyForQuery(): void {
    // Not to be tried again, unlike the units of others that were behind it: it would spoil one connection after the other.
    const error =
      this.trace === null
        ? null
        : new Error(`No viewer's statement may be a ${this.trace}: it would outlive its transaction.`);
    this.settle(error);
  }

  private settle(error: Error | null): void {
    if (this.settled) return;
    this.settled = true;
    this.done(error, this.results);
  }
}

interface WireConnection {
  stream: { write(bytes: Buffer): void };
}

const identity: Parser = (text) => text;
const asText = new Set([20, 1082, 1083, 1114, 1184, 1266, 1700]);
const arraysOfText = new Map([
  [1016, 1009],
  [1182, 1009],
  [1185, 1009],
]);
const parsers = new Map<number, Parser>();

/** bigint, numeric, dates and timestamps keep Postgres's own text: a JavaScript number or Date would lose digits. */
function parserOf(type: number): Parser {
  let parser = parsers.get(type);
  if (!parser) {
    parser = asText.has(type) ? identity : (pg.types.getTypeParser(arraysOfText.get(type) ?? type, 'text') as Parser);
    parsers.set(type, parser);
  }
  return parser;
}

function columnOf({ name, dataTypeID }: WireMessage['fields'][number]): Column {
  const [, part = '', inner = name] = IN_A_PART.exec(name) ?? [];
  return { part, name: inner, parse: parserOf(dataTypeID) };
}

/** No other name leads into an object: a viewer's SQL names columns as it likes, and `constructor` isn't the row's own. */
const IN_A_PART = /^(r\d+)\.(.*)$/s;

function ownPart(row: Row, part: string): Row {
  const there = row[part];
  if (typeof there === 'object' && there !== null) return there as Row;
  const made: Row = {};
  row[part] = made;
  return made;
}

function wireValue(value: unknown): string | Buffer | null {
  const prepared: unknown = prepareValue(value);
  if (prepared === null || Buffer.isBuffer(prepared)) return prepared;
  return typeof prepared === 'string' ? prepared : JSON.stringify(prepared);
}

/** Sends the statements as one unit; resolves to the rows of each. Rejects with the first error, and then none of them had an effect of its own. */
export function runUnit(client: pg.ClientBase, statements: Statement[]): Promise<Row[][]> {
  return new Promise((resolve, reject) => {
    const unit = new Unit(keptOn(client), statements, (error, results) => {
      if (error) reject(error);
      else resolve(results);
    });
    // pg reports a dead or closing client to the unit itself.
    client.query(unit as unknown as pg.Submittable);
  });
}
