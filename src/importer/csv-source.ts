import { parse, type CsvError } from 'csv-parse';
import { createReadStream } from 'node:fs';
import { open, stat } from 'node:fs/promises';
import { Transform } from 'node:stream';
import { Refusal } from '../access/refusals.ts';

/** One row of the file after the header. */
export interface SourceRow {
  /** 1 for the first row after the header. */
  number: number;
  cells: string[];
  /** The row as it stands in the file, without its line end. */
  raw: string;
}

export interface CsvSource {
  headers: string[];
  /** The header line as it stands in the file. */
  rawHeader: string;
  delimiter: string;
  /** Size of the file, in bytes. */
  size: number;
  /** Bytes read so far. */
  bytesRead(): number;
  /** Can be run through once. Holds a few rows at a time, however long the file is. */
  rows: AsyncIterable<SourceRow>;
}

export interface CsvOptions {
  /** One of , ; | and tab, or any other character; by default what the header uses most. */
  delimiter?: string | undefined;
  /** A name that TextDecoder knows; by default UTF-8, and a file that isn't is refused instead of being garbled. */
  encoding?: string | undefined;
}

/** No sane row is longer; a quote that is never closed would otherwise swallow the rest of the file. Bytes. */
const LONGEST_ROW = 4_000_000;

interface ParsedRow {
  record: string[];
  raw: string;
}

/** Opens a CSV file and reads its header. Throws VALIDATION_FAILED for what isn't one; the rows may throw it too. */
export async function openCsv(file: string, options: CsvOptions = {}): Promise<CsvSource> {
  const { size } = await stat(file).catch((error: unknown) => {
    throw unreadable(`${file} can't be read: ${(error as Error).message}`);
  });
  const delimiter = options.delimiter ?? (await guessDelimiter(file));
  const stream = createReadStream(file, { highWaterMark: 128 * 1024 });
  const decoder = decode(file, options.encoding ?? 'utf-8');
  const parser = parse({
    delimiter,
    bom: true,
    raw: true,
    info: true,
    relax_column_count: true,
    skip_empty_lines: true,
    max_record_size: LONGEST_ROW,
  });
  stream.on('error', (error) => parser.destroy(error));
  decoder.on('error', (error) => parser.destroy(error));
  stream.pipe(decoder).pipe(parser);

  const parsed = (parser as AsyncIterable<ParsedRow>)[Symbol.asyncIterator]();
  const next = async () => {
    try {
      return await parsed.next();
    } catch (error) {
      stream.destroy();
      throw explain(file, error);
    }
  };
  const first = await next();
  if (first.done) throw unreadable(`${file} is empty: the first line must name the columns.`);

  return {
    headers: first.value.record.map((header) => header.trim()),
    rawHeader: withoutLineEnd(first.value.raw),
    delimiter,
    size,
    bytesRead: () => stream.bytesRead,
    rows: {
      async *[Symbol.asyncIterator]() {
        try {
          for (let number = 1; ; number++) {
            const row = await next();
            if (row.done) return;
            yield { number, cells: row.value.record, raw: withoutLineEnd(row.value.raw) };
          }
        } finally {
          stream.destroy();
        }
      },
    },
  };
}

function decode(file: string, encoding: string): Transform {
  let decoder: TextDecoder;
  try {
    decoder = new TextDecoder(encoding, { fatal: true, ignoreBOM: true });
  } catch {
    throw unreadable(`"${encoding}" is no encoding that is known here; try utf-8, windows-1252 or utf-16le.`);
  }
  const run = (work: () => string, done: (error: Error | null, text?: string) => void) => {
    let text: string;
    try {
      text = work();
    } catch {
      done(unreadable(`${file} is not in ${encoding}. Say which encoding it is in, such as windows-1252.`));
      return;
    }
    done(null, text);
  };
  return new Transform({
    decodeStrings: true,
    encoding: 'utf8',
    transform: (chunk: Buffer, _encoding, done) => {
      run(() => decoder.decode(chunk, { stream: true }), done);
    },
    flush: (done) => {
      run(() => decoder.decode(), done);
    },
  });
}

/** The one of the usual delimiters that the first line has most of, outside of quotes. */
async function guessDelimiter(file: string): Promise<string> {
  const handle = await open(file);
  try {
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(65_536), 0, 65_536, 0);
    const start = buffer
      .subarray(0, bytesRead)
      .toString('latin1')
      .replace(/"(?:[^"]|"")*"/g, '');
    const line = start.split(/\r?\n|\r/, 1)[0] ?? '';
    const count = (delimiter: string) => line.split(delimiter).length;
    return [',', ';', '\t', '|'].reduce((best, one) => (count(one) > count(best) ? one : best));
  } finally {
    await handle.close();
  }
}

function withoutLineEnd(raw: string): string {
  return raw.replace(/^(?:\r?\n|\r)+/, '').replace(/(?:\r?\n|\r)$/, '');
}

function explain(file: string, error: unknown): unknown {
  const { code, lines } = error as Partial<CsvError> & { lines?: number };
  if (!(error instanceof Error) || typeof code !== 'string' || !code.startsWith('CSV_')) return error;
  return unreadable(
    `${file} is not well-formed CSV near line ${lines ?? '?'}: ${error.message}. Nothing was imported; mend the file and try again.`,
  );
}

function unreadable(message: string): Refusal {
  return new Refusal('VALIDATION_FAILED', message);
}
