import { createWriteStream } from 'node:fs';
import { rm, stat } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { CsvSource } from './csv-source.ts';
import { REASON_COLUMN } from './mapping.ts';

/**
 * Writes rejected rows as they stand in the file, each with its reason in a further column, so that the file can be mended
 * and imported again. It always describes the last import: where nothing was rejected, a former one is removed. It is a
 * new file, never what a link of its name leads to, and nobody may read it who may not read the file it comes from.
 * Returns its name, or null where there is none. `asUtf8`: mark it as UTF-8, because the file it comes from was not.
 */
export async function writeRejected(
  file: string,
  source: Pick<CsvSource, 'headers' | 'rawHeader' | 'delimiter'>,
  rows: AsyncIterable<{ raw: string; problem: string }>,
  asUtf8: boolean,
): Promise<string | null> {
  const name = `${file}.rejected.csv`;
  const iterator = rows[Symbol.asyncIterator]();
  const first = await iterator.next();
  if (first.done) {
    await rm(name, { force: true });
    return null;
  }
  const again = source.headers.at(-1) === REASON_COLUMN;
  const header = again ? source.rawHeader : source.rawHeader + source.delimiter + REASON_COLUMN;

  async function* lines(): AsyncGenerator<string> {
    yield `${asUtf8 ? '\uFEFF' : ''}${header}\n`;
    for (let row = first; !row.done; row = await iterator.next()) {
      yield `${row.value.raw}${source.delimiter}${quoted(row.value.problem)}\n`;
    }
  }
  const { mode } = await stat(file).catch(() => ({ mode: 0o600 }));
  await rm(name, { force: true });
  await pipeline(Readable.from(lines()), createWriteStream(name, { flags: 'wx', mode: mode & 0o666 }));
  return name;
}

function quoted(text: string): string {
  return `"${text.replaceAll('"', '""')}"`;
}
