import { afterAll, beforeAll, expect, test } from 'vitest';
import { loadDefinitions } from '../../src/compiler/load-definitions.ts';
import { withFolder } from '../support/folder.ts';
import { runNode, type Ended } from '../support/process.ts';
import { createReview, enable, only, type Review } from './review.ts';

let review: Review;
let plane: number;

beforeAll(async () => {
  review = await createReview(await loadDefinitions('schema'));
  const content = { document: enable({ layouts: ['secondLevel'], restriction: only('relevancy', 'isSet') }) };
  plane = await review.plane('Second level', content, []);
});
afterAll(() => review?.end());

const policies = (...options: string[]): Promise<Ended> => {
  const { superuserUrl, secret } = review.database;
  const env = { DATABASE_URL: superuserUrl, ROWPLANE_SECRET: secret };
  return runNode('src/cli/main.ts', ['policies', ...options], { env, cwd: process.cwd() });
};

test('`policies print` shows the SQL of a plane, by name', async () => {
  const { code, stdout } = await policies('print', '--plane', 'Second level');
  expect(code).toBe(0);
  expect(stdout).toContain(`-- Plane ${plane}, "Second level", of workspace ${review.workspace}`);
  expect(stdout).toContain(`create policy acp_${plane}_read on ws_${review.workspace}.document for select`);
  expect(stdout).not.toContain('create table');
  expect((await policies('print', '--workspace', 'nowhere')).stderr).toContain('There is no workspace "nowhere".');
});

test('`policies diff` shows what new content would alter, and otherwise nothing', async () => {
  expect(await policies('diff')).toMatchObject({ code: 0, stdout: 'Nothing would change.\n' });
  const content = JSON.stringify({ document: enable({ layouts: ['secondLevel'] }) });
  await withFolder({ 'content.json': content }, async (folder) => {
    const { stdout } = await policies(
      'diff',
      '--plane',
      'Second level',
      '--content',
      `${folder}/content.json`,
      '--json',
    );
    const { changes } = JSON.parse(stdout) as { changes: { change: string; object: string }[] };
    expect(changes.map(({ change, object }) => `${change} ${object}`)).toContain(
      `replace policy acp_${plane}_read on ws_${review.workspace}.document`,
    );
  });
  expect((await policies('diff', '--plane', 'Second level')).stderr).toContain('--content');
});

test('`policies verify` ends with 1 where the catalog differs, and says where', async () => {
  expect(await policies('verify')).toMatchObject({ code: 0, stdout: 'The catalog holds what was compiled.\n' });
  await review.owner.query(`alter policy acp_${plane}_read on ws_${review.workspace}.document using (true)`);
  expect(await policies('verify')).toMatchObject({
    code: 1,
    stdout: `changed    policy acp_${plane}_read on ws_${review.workspace}.document\n`,
  });
  expect(JSON.parse((await policies('verify', '--json')).stdout)).toEqual({
    drift: [{ kind: 'changed', object: `policy acp_${plane}_read on ws_${review.workspace}.document` }],
  });
});
