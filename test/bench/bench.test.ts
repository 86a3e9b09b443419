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
    const argv = ['bench/run.ts', '--size', '6000', '--only', 'sql,subscriptions,layers', '--quick', '--out', out];
    const { stdout } = await promisify(execFile)(process.execPath, argv, { timeout: 240_000 });
    const { size, sql, layers, subscriptions } = JSON.parse(await readFile(out, 'utf8')) as Results;
    expect(size).toBe(6000);
    expect(new Set(sql?.map(({ what }) => what))).toEqual(
      new Set(['first page', 'page 100', 'by id', 'filtered', 'count']),
    );
    expect(new Set(sql?.map(({ planes }) => planes))).toEqual(new Set([1, 5, 6]));
    expect(layers?.reads.map(({ what }) => what)).toEqual(['first page', 'by id']);
    expect(layers?.scopes).toBeGreaterThan(0);
    const faultless = { lost: 0, doubled: 0, strange: 0 };
    expect(subscriptions).toMatchObject({
      subscribers: 40,
      delivery: { changes: expect.any(Number) as number, ...faultless },
      revocation: faultless,
      mailbox: { placements: 100, ...faultless },
    });
    expect(subscriptions!.delivery.events).toBeGreaterThan(400);
    expect(subscriptions!.polling.rate).toBeGreaterThan(0);
    expect(stdout).toContain('a restriction that one record in 10,000 meets');
  });
}, 240_000);
