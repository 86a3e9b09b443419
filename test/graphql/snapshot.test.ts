import { parse } from 'graphql';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { createExecutor } from '../../src/graphql/executor/execute.ts';
import { openOffice, type Office, type OfficeWorkspace } from '../support/office.ts';

let office: Office;
let here: OfficeWorkspace;
let archive: string;
let ben: string;
let folders = 0;

beforeAll(async () => {
  office = await openOffice();
  ben = await office.user('ben');
  here = await office.workspace('Office');
  archive = await here.archive('Permits');
  await here.join(here.full, [ben]);
  const [matter] = await here.records('matter', [{ name: 'before' }], { archive });
  await here.records('paper', [{ title: 'before', matter_id: matter }], { archive });
});
afterEach(() => {
  office.betweenSteps = null;
});
afterAll(() => office.end());

const DEEP = '{ papers { totalCount nodes { title matter { name archive { name } } } } matters { nodes { name } } }';
const WITH_TREE = `{ papers { nodes { title matter { name } } } archives { nodes { name rootFolder { name } folders { nodes { name } } } } matters { totalCount nodes { name } } }`;

test.each([
  ['a compiled plan', DEEP],
  ['graphql-js with fields that read for themselves', WITH_TREE],
])('V5: %s reads one snapshot, whatever is committed between its steps', async (_, source) => {
  const before = await office.data(ben, source);
  let steps = 0;
  office.betweenSteps = async () => {
    steps++;
    const table = `ws_${here.id}`;
    await office.owner.query(`update ${table}.matter set name = name || '!'`);
    await office.owner.query(`update ${table}.paper set title = title || '!', deleted_at = now()`);
    await office.owner.query(`update rowplane.archives set name = name || '!'`);
    await here.records('matter', [{ name: 'added meanwhile' }], { archive });
    await here.folder(archive, `Folder ${++folders}`);
  };
  expect(await office.data(ben, source)).toEqual(before);
  expect(steps).toBeGreaterThan(1);
  office.betweenSteps = null;
  const after = await office.data<{ papers: { nodes: unknown[] } }>(ben, source);
  expect(after).not.toEqual(before);
  expect(after.papers.nodes).toEqual([]);
  await office.owner.query(`update ws_${here.id}.paper set deleted_at = null`);
});

test('V5: a plane that is taken away is gone for the next operation, and back when it is given', async () => {
  const count = async () =>
    (await office.data<{ papers: { totalCount: number } }>(ben, '{ papers { totalCount } }')).papers.totalCount;
  expect(await count()).toBe(1);
  const groups = await office.owner.query<{ group_id: string }>(
    'delete from rowplane.plane_groups where plane_id = $1 returning group_id',
    [here.full],
  );
  expect(await count()).toBe(0);
  await office.owner.query('insert into rowplane.plane_groups (plane_id, group_id) values ($1, $2)', [
    here.full,
    groups[0]!.group_id,
  ]);
  expect(await count()).toBe(1);
});

test.each([true, false])(
  'V5: a list of all workspaces includes one that was made a moment ago (compiled plan: %s)',
  async (plans) => {
    const execute = createExecutor(office.schema, { plans });
    const run = async (source: string) => {
      const { data, errors } = await execute({ document: parse(source), context: office.context(ben) });
      expect(errors).toBeUndefined();
      return JSON.parse(JSON.stringify(data)) as { papers: { totalCount: number; nodes: { title: string }[] } };
    };
    const shallow = '{ papers { totalCount nodes { title } } }';
    const deep = '{ papers { totalCount nodes { title matter { name } } } }';
    const { totalCount } = (await run(shallow)).papers;
    for (const source of [shallow, deep]) {
      const added = await office.workspace(`Another ${String(plans)} ${source.length}`);
      const elsewhere = await added.archive('Elsewhere');
      await added.records('paper', [{ title: 'elsewhere' }], { archive: elsewhere });
      expect((await run(source)).papers.totalCount).toBe(source === shallow ? totalCount : totalCount + 1);
      await added.join(added.full, [ben]);
      const { papers } = await run(source);
      expect(papers.totalCount).toBe(source === shallow ? totalCount + 1 : totalCount + 2);
      expect(papers.nodes[0]!.title).toBe('elsewhere');
    }
  },
);

test('V5: a plane that is dropped between two steps fails nothing: the operation starts again', async () => {
  const plane = await here.plane('Passing', { paper: { views: ['titles'] }, matter: { views: ['list'] } }, [ben]);
  const groups = await office.owner.query('delete from rowplane.plane_groups where plane_id = $1 returning group_id', [
    here.full,
  ]);
  let steps = 0;
  office.betweenSteps = async () => {
    if (++steps > 1) return;
    await office.owner.query('insert into rowplane.plane_groups (plane_id, group_id) values ($1, $2)', [
      here.full,
      groups[0]!.group_id,
    ]);
    await office.owner.query(`alter schema plane_${plane} rename to plane_gone`);
  };
  const { data, errors } = await office.graphql(
    ben,
    '{ viewer { user { name } } matters(archive: "x") { nodes { name } } papers { nodes { title } } }',
  );
  expect(errors).toBeUndefined();
  expect(JSON.stringify(data)).toContain('before');
  await office.owner.query(`alter schema plane_gone rename to plane_${plane}`);
});
