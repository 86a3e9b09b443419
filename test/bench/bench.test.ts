import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import type { Results } from '../../bench/results.ts';
import { withFolder } from '../support/folder.ts';

test('the benchmark runs: every contestant reads the same records', async () => {
  await withFolder({}, async (folder) => {
    const out = join(folder, 'results.json');
    const argv = ['bench/run.ts', '--size', '6000', '--only', 'sql,layers', '--quick', '--out', out];
    const { stdout } = await promisify(execFile)(process.execPath, argv, { timeout: 120_000 });
    const { size, sql, layers } = JSON.parse(await readFile(out, 'utf8')) as Results;
    expect(size).toBe(6000);
    expect(new Set(sql?.map(({ what }) => what))).toEqual(
      new Set(['first page', 'page 100', 'by id', 'filtered', 'count']),
    );
    expect(new Set(sql?.map(({ planes }) => planes))).toEqual(new Set([1, 5, 6]));
    expect(layers?.reads.map(({ what }) => what)).toEqual(['first page', 'by id']);
    expect(layers?.scopes).toBeGreaterThan(0);
    expect(stdout).toContain('a restriction that one record in 10,000 meets');
  });
});
