import { lstat, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { writeRejected } from '../../src/importer/rejected-file.ts';

let folder: string;
let file: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'rowplane-rejected-'));
  file = join(folder, 'rows.csv');
  await writeFile(file, 'title\nsecret\n', { mode: 0o600 });
});
afterEach(() => rm(folder, { recursive: true, force: true }));

async function* rejected(): AsyncGenerator<{ raw: string; problem: string }> {
  yield await Promise.resolve({ raw: 'secret', problem: 'is no good' });
}

function reject(): Promise<string | null> {
  return writeRejected(file, { headers: ['title'], rawHeader: 'title', delimiter: ',' }, rejected(), false);
}

test('rejected rows can be read by no more people than the file that they come from', async () => {
  const name = (await reject())!;
  expect((await lstat(name)).mode & 0o777).toBe(0o600);
  expect(await readFile(name, 'utf8')).toBe('title,rejected_because\nsecret,"is no good"\n');
  expect((await lstat((await reject())!)).mode & 0o777).toBe(0o600);
});

test('rejected rows are not written where a link of their name leads to', async () => {
  const other = join(folder, 'other');
  await writeFile(other, 'mine');
  await symlink(other, `${file}.rejected.csv`);
  const name = (await reject())!;
  expect(await readFile(other, 'utf8')).toBe('mine');
  expect((await lstat(name)).isSymbolicLink()).toBe(false);
});
