import fc from 'fast-check';
import {
  NoUnusedFragmentsRule,
  NoUnusedVariablesRule,
  parse,
  specifiedRules,
  validate,
  type ExecutionResult,
} from 'graphql';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createExecutor, type Executor } from '../../src/graphql/executor/execute.ts';
import { encodeId } from '../../src/graphql/global-id.ts';
import { openOffice, type Office } from '../support/office.ts';
import { operations, variablesFor, type Ids } from './operations.ts';

let office: Office;
let ids: Ids;
let viewers: string[];
let byGraphql: Executor;
const ranBy = { plan: 0, 'graphql-js': 0 };
let byPlan: Executor;

beforeAll(async () => {
  office = await openOffice();
  byGraphql = createExecutor(office.schema, { plans: false });
  byPlan = createExecutor(office.schema, { observe: (how) => ranBy[how]++ });
  const all = await office.user('all');
  const some = await office.user('some', 'EXTERNAL');
  const here = await office.workspace('Office');
  const archive = await here.archive('Permits', true);
  const general = await here.client('General');
  const experts = await here.client('Experts');
  const folder = await here.folder(archive, 'Letters');
  for (const user of [all, some]) await here.assign(general, archive, user);
  await here.assign(experts, archive, all);
  await here.join(here.full, [all]);
  await here.plane(
    'States',
    { paper: { views: ['states'], layouts: ['notes'], abilities: ['PRINT'] }, matter: { views: ['list'] } },
    [some],
  );
  await here.plane(
    'Open',
    { paper: { layouts: ['all'], restriction: { state: { equals: 'OPEN' } }, abilities: ['DELETE'] } },
    [some],
  );
  const [parent] = await here.records('matter', [{ name: 'Parent' }], { archive, client: experts });
  const [matter] = await here.records('matter', [{ name: 'Matter', parent_id: parent }], { archive, client: general });
  const [hidden] = await here.records('paper', [{ title: 'hidden' }], { archive, client: experts });
  const first = await here.records('paper', [{ title: 'first', matter_id: matter, related_id: hidden, pages: 2 }], {
    archive,
    client: general,
    folder,
    owner: all,
  });
  await here.records(
    'paper',
    ['NEW', 'OPEN', null, 'OPEN', 'DONE'].map((state, index) => ({
      title: index % 2 === 0 ? `paper ${index}` : null,
      state,
      notes: index % 3 === 0 ? 'Ä😀"\\' : null,
      reader_id: all,
      matter_id: matter,
      related_id: first[0],
      due_at: '2026-01-31T09:30:00Z',
      amount: index - 2,
    })),
    { archive, client: general, owner: some },
  );
  viewers = [all, some, '00000000-0000-0000-0000-000000000000'];
  ids = {
    paper: office.idOf('paper', here, first[0]!),
    hidden: office.idOf('paper', here, hidden!),
    matter: office.idOf('matter', here, matter!),
    archive: encodeId('Archive', archive),
  };
});
afterAll(() => office.end());

const rules = specifiedRules.filter((rule) => rule !== NoUnusedVariablesRule && rule !== NoUnusedFragmentsRule);

/** A result as clients get it, with the order of its keys. */
function sent({ data, errors }: ExecutionResult): string {
  return JSON.stringify({ data, errors: errors?.map((error) => error.toJSON()) }, null, 1);
}

test('a compiled plan answers every operation as graphql-js does: nulls, aliases, fragments, directives, variables, errors', async () => {
  await fc.assert(
    fc.asyncProperty(operations(ids), fc.constantFrom(...viewers), async (source, viewer) => {
      const document = parse(source);
      fc.pre(validate(office.schema, document, rules).length === 0);
      const variables = variablesFor(ids);
      const expected = await byGraphql({ document, variables, context: office.context(viewer) });
      for (let run = 0; run < 2; run++) {
        const result = await byPlan({ document, variables, context: office.context(viewer) });
        expect(sent(result)).toBe(sent(expected));
      }
    }),
    { numRuns: 250 },
  );
  // Otherwise it would have compared graphql-js with itself.
  expect(ranBy.plan).toBeGreaterThan(60);
  expect(ranBy['graphql-js']).toBeGreaterThan(20);
});

test('variables of a compiled operation are taken anew each time', async () => {
  const document = parse(
    'query ($size: Int, $with: Boolean!) { papers(first: $size) { nodes { version id @include(if: $with) } } }',
  );
  const [all] = viewers as [string];
  const run = async (size: unknown, withId: boolean) => {
    const { data } = await byPlan({ document, variables: { size, with: withId }, context: office.context(all) });
    return (data as { papers: { nodes: { id?: string }[] } }).papers.nodes;
  };
  expect((await run(1, true)).length).toBe(1);
  expect((await run(2, true)).every(({ id }) => id !== undefined)).toBe(true);
  expect(await run(2, false)).toEqual([{ version: 1 }, { version: 1 }]);
});
