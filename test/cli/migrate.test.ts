import { expect, test } from 'vitest';
import { withEmptyDatabase } from '../support/empty-database.ts';
import { withFolder } from '../support/folder.ts';
import { runNode } from '../support/process.ts';
import { TEST_SECRET } from '../support/secret.ts';

const MAIN = 'src/cli/main.ts';

test('`rowplane migrate` brings an own database up to date, and has nothing to do the second time', async () => {
  await withFolder({}, (cwd) =>
    withEmptyDatabase(async (url) => {
      const env = { DATABASE_URL: url, ROWPLANE_SECRET: TEST_SECRET };
      const first = await runNode(MAIN, ['migrate', '--json'], { env, cwd });
      expect(first).toMatchObject({ code: 0 });
      const { applied, changes } = JSON.parse(first.stdout) as { applied: string[]; changes: string[] };
      expect(applied[0]).toBe('0001_viewer.sql');
      expect(changes.length).toBeGreaterThan(0);
      const second = await runNode(MAIN, ['migrate'], { env, cwd });
      expect(second).toMatchObject({ code: 0, stdout: 'The database is up to date.\n' });
    }),
  );
});

test('`rowplane migrate` without settings starts an embedded server in .rowplane and leaves none running', async () => {
  await withFolder({}, async (cwd) => {
    const ended = await runNode(MAIN, ['migrate'], { cwd });
    expect(ended).toMatchObject({ code: 0, stdout: expect.stringContaining('Applied 0001_viewer.sql') });
    expect(ended.stderr).toContain('Creating the database');
  });
});

test('`rowplane config` lists the settings, and fails when one is wrong', async () => {
  await withFolder({ '.env': 'PORT=http' }, async (cwd) => {
    const right = await runNode(MAIN, ['config', '--json'], { cwd, env: { PORT: '1' } });
    expect(right.code).toBe(0);
    expect(JSON.parse(right.stdout)).toContainEqual(
      expect.objectContaining({ variable: 'PORT', value: '1', source: 'environment' }),
    );
    const wrong = await runNode(MAIN, ['config'], { cwd });
    expect(wrong.code).toBe(1);
    expect(wrong.stdout).toMatch(/PORT +http +\.env/);
    expect(wrong.stderr).toBe('Error: PORT must be a whole number from 0 to 65535\n');
  });
});

test('errors go to stderr, with --json as JSON, and the exit code says so', async () => {
  await withFolder({}, async (cwd) => {
    const env = { DATABASE_URL: 'postgresql://nobody@127.0.0.1:1/none', ROWPLANE_SECRET: TEST_SECRET };
    const ended = await runNode(MAIN, ['migrate', '--json'], { cwd, env });
    expect(ended).toMatchObject({ code: 1, stdout: '' });
    expect(JSON.parse(ended.stderr)).toMatchObject({
      error: {
        message: expect.stringMatching(
          /^DATABASE_URL: No connection to the database server 127\.0\.0\.1:1: .*ECONNREFUSED/,
        ),
      },
    });
  });
});
