import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { connect } from '../../src/database/queryable.ts';
import { withEmptyDatabase } from '../support/empty-database.ts';
import { withFolder } from '../support/folder.ts';
import { runNode } from '../support/process.ts';
import { TEST_SECRET } from '../support/secret.ts';

const BUILDERS = new URL('../../src/compiler/definition.ts', import.meta.url).href;
const BATCH = fileURLToPath(new URL('../../schema/batch.ts', import.meta.url));

const INVOICE = `import { define, text } from '${BUILDERS}';
export default define({ name: 'invoice', plural: 'invoices', title: 'Invoice', fields: { number: text({ title: 'Number' }) } });`;

test('`rowplane migrate` applies the files of schema/, and removes only with --allow-destructive', async () => {
  await withFolder({ 'invoice.ts': INVOICE }, (schema) =>
    withEmptyDatabase(async (url) => {
      const env = { DATABASE_URL: url, ROWPLANE_SECRET: TEST_SECRET, ROWPLANE_SCHEMA: schema };
      const migrate = (...options: string[]) =>
        runNode('src/cli/main.ts', ['migrate', ...options], { env, cwd: schema });

      expect((await migrate()).stdout).toContain('definition invoice added\n');
      expect(await migrate()).toMatchObject({ code: 0, stdout: 'The database is up to date.\n' });

      const batch = (await readFile(BATCH, 'utf8')).replace('../src/compiler/definition.ts', BUILDERS);
      await writeFile(join(schema, 'batch.ts'), batch);
      await rm(join(schema, 'invoice.ts'));
      const refused = await migrate();
      expect(refused).toMatchObject({ code: 1, stdout: '' });
      expect(refused.stderr).toContain('- definition invoice would be removed, with no records\n');
      expect(refused.stderr).toContain('run rowplane migrate --allow-destructive');

      const removed = await migrate('--allow-destructive', '--json');
      expect(JSON.parse(removed.stdout)).toEqual({
        applied: [],
        changes: ['definition invoice removed', 'definition batch added'],
      });
      const session = await connect(url);
      expect(await session.query('select name from rowplane.definitions')).toEqual([{ name: 'batch' }]);
      await session.end();
    }),
  );
});
