import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';

/** One file of SQL. `checksum` is the SHA-256 of its text, in hex, whatever the line ends. */
export interface SqlFile {
  name: string;
  text: string;
  checksum: string;
}

/** A row of `rowplane.migrations`. */
export interface AppliedMigration {
  name: string;
  checksum: string;
}

/** The numbered migrations of a folder in order. Two with the same number are refused. */
export async function readMigrations(directory: string): Promise<SqlFile[]> {
  const files = await readSqlFiles(directory, /^\d{4}_[\w-]+\.sql$/);
  for (const [index, file] of files.entries()) {
    const previous = files[index - 1];
    if (previous?.name.slice(0, 4) === file.name.slice(0, 4)) {
      throw new Error(`Two migrations have the same number: ${previous.name} and ${file.name}. Renumber one.`);
    }
  }
  return files;
}

/** All SQL files of a folder, in the order of their names; none where there is no such folder. */
export async function readSqlFiles(directory: string | null, pattern = /\.sql$/): Promise<SqlFile[]> {
  if (directory === null) return [];
  let names: string[];
  try {
    names = (await readdir(directory)).filter((name) => pattern.test(name)).sort();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw error;
  }
  return Promise.all(
    names.map(async (name) => {
      const text = (await readFile(join(directory, name), 'utf8')).replaceAll('\r\n', '\n');
      return { name, text, checksum: createHash('sha256').update(text).digest('hex') };
    }),
  );
}

/**
 * The migrations that a database still lacks. Refuses, saying what to do, a database that is newer than these files, one
 * whose migrations were other ones, and a file that was added below the newest applied.
 */
export function pendingMigrations(files: SqlFile[], applied: AppliedMigration[]): SqlFile[] {
  const known = new Map(files.map((file) => [file.name, file]));
  const unknown = applied.filter(({ name }) => !known.has(name)).map(({ name }) => name);
  if (unknown.length > 0) {
    throw new Error(
      `The database is newer than this version of Rowplane: it has ${unknown.join(', ')}, which this version doesn't ` +
        'know. Run the newer version, or restore the backup made before it was installed.',
    );
  }
  for (const { name, checksum } of applied) {
    if (known.get(name)?.checksum !== checksum) {
      throw new Error(
        `The migration ${name} was changed after it was applied to this database. Restore the file as it was, and ` +
          'put the change into a new migration.',
      );
    }
  }
  const done = new Set(applied.map(({ name }) => name));
  const newest =
    applied
      .map(({ name }) => name)
      .sort()
      .at(-1) ?? '';
  const pending = files.filter(({ name }) => !done.has(name));
  const late = pending.find(({ name }) => name < newest);
  if (late)
    throw new Error(`The migration ${late.name} comes before ${newest}, which is applied. Give it a higher number.`);
  return pending;
}
