import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { DefinitionError } from '../../src/compiler/check-definition.ts';
import {
  choice,
  decimal,
  define,
  isIndexed,
  reference,
  text,
  type DefinitionInput,
  type Definitions,
} from '../../src/compiler/definition.ts';
import { diffDefinitions } from '../../src/compiler/diff-definitions.ts';
import { definitionsOf, loadDefinitions } from '../../src/compiler/load-definitions.ts';
import { snakeCase, tableObjectName } from '../../src/compiler/names.ts';

const SCHEMA = fileURLToPath(new URL('../../schema', import.meta.url));
const BUILDERS = new URL('../../src/compiler/definition.ts', import.meta.url).href;

const invoice = (changes: Partial<DefinitionInput> = {}): DefinitionInput => ({
  name: 'invoice',
  plural: 'invoices',
  title: 'Invoice',
  fields: { number: text({ title: 'Number' }) },
  ...changes,
});

function problemsOf(work: () => unknown): readonly string[] {
  try {
    work();
  } catch (error) {
    if (error instanceof DefinitionError) return error.problems;
    throw error;
  }
  return [];
}

const named = (name: string) => define(invoice({ name, plural: `${name}List` }));

describe('define', () => {
  test('fills in what follows: table, columns, what layouts show, the abilities that all have (A4)', () => {
    const definition = define({
      name: 'workOrder',
      plural: 'workOrders',
      title: 'Work order',
      fields: { dueAt: text({ title: 'Due' }), process: reference({ title: 'Process', to: 'process' }) },
      layouts: { edit: { title: 'Edit', shows: ['dueAt'], edits: ['process', 'dueAt'] } },
      abilities: { CLOSE: { title: 'Close' } },
    });
    expect(definition.table).toBe('work_order');
    expect(definition.fields.dueAt).toMatchObject({ name: 'dueAt', column: 'due_at', required: false, maxLength: 500 });
    expect(definition.fields.process).toMatchObject({ column: 'process_id', to: 'process' });
    expect(definition.layouts.edit).toEqual({
      title: 'Edit',
      shows: ['dueAt', 'process'],
      edits: ['process', 'dueAt'],
    });
    expect(Object.keys(definition.abilities)).toEqual(['CLOSE', 'CREATE', 'DELETE', 'MASS_DELETE', 'MASS_UPDATE']);
  });

  test('is the same after a journey through JSON', () => {
    const definition = define(invoice());
    expect(JSON.parse(JSON.stringify(definition))).toEqual(definition);
  });

  test('says everything that is wrong at once', () => {
    const problems = problemsOf(() =>
      define({
        name: 'Invoice',
        plural: 'x'.repeat(41),
        title: ' ',
        fields: {
          id: text({ title: 'Id' }),
          due_at: text({ title: 'Due' }),
          processId: text({ title: 'Process id' }),
          process: reference({ title: 'Process', to: 'process' }),
          notes: text({ title: 'Notes', maxLength: 0 }),
          kind: choice({ title: 'Kind', choices: {} }),
          colour: choice({ title: 'Colour', choices: { red: 'Red' } }),
          total: decimal({ title: 'Total', scale: 13 }),
          serial: text({ title: 'Serial', required: true, readOnly: true }),
          long: text({ title: 'Long', unique: true, maxLength: 501 }),
          seal: text({ title: 'Seal', readOnly: true }),
        },
        views: {
          list: {
            title: 'List',
            fields: ['nose', 'notes', 'notes'],
            where: { nose: { isSet: true } },
            orderBy: [{ field: 'nose', direction: 'ASC' }],
          },
        },
        layouts: { Edit: { title: '', edits: ['seal'] } },
        abilities: { CREATE: { title: 'Create' }, print: { title: 'Print' } },
      }),
    );
    expect(problems.map((problem) => problem.replace('definition "Invoice": ', ''))).toEqual([
      'its name "Invoice" must be in camelCase: letters and digits, a small letter first',
      `its plural "${'x'.repeat(41)}" must have at most 40 characters in snake_case`,
      'it needs a title',
      'field "id" has a reserved name',
      'field "due_at" must be in camelCase: letters and digits, a small letter first',
      'fields processId and process would share the column process_id',
      'field "notes" needs a maxLength from 1 to 1000000',
      'field "kind" needs choices',
      'field "colour" has the choice "red": write choices in capitals, as in BY_POST, 40 characters at most',
      'field "total" needs a scale from 0 to 12 (digits after the point)',
      'field "serial" is required and read-only, so nobody could ever create a record: drop one of the two',
      'field "long" is unique, so its maxLength can be at most 500',
      'view "list" names the unknown field nose',
      'view "list" names a field twice',
      'layout "Edit" must be named in camelCase',
      'layout "Edit" needs a title',
      'ability "print" must be named in capitals, as in PLACE_IN_MAILBOX',
      'layout "Edit" edits seal, which is read-only',
      'view "list" is ordered by the unknown field nose',
      'view "list": its condition at nose: Invoice has no field of that name',
      'the ability CREATE comes by itself: remove it',
    ]);
  });

  test.each([
    'id',
    'version',
    'owner',
    'client',
    'folder',
    'archive',
    'createdAt',
    'realmId',
    'and',
    'not',
    'abilities',
    'xmin',
  ])('a field can not be called %s', (name) => {
    expect(problemsOf(() => define(invoice({ fields: { [name]: text({ title: 'X' }) } })))).toHaveLength(1);
  });

  test.each(['node', 'viewer', 'archive', 'definition', 'query'])('a definition can not be called %s', (name) => {
    expect(problemsOf(() => define(invoice({ name })))).toHaveLength(1);
  });

  test('a name can not be its own plural', () => {
    expect(problemsOf(() => define(invoice({ plural: 'invoice' })))).toEqual([
      'definition "invoice": its plural must differ from its name, since both are GraphQL queries',
    ]);
  });
});

describe('together', () => {
  test('names and plurals of all definitions differ', () => {
    expect(problemsOf(() => definitionsOf([named('one'), named('one')]))).toHaveLength(2);
    expect(problemsOf(() => definitionsOf([named('one'), define(invoice({ plural: 'one' }))]))).toEqual([
      'the plural one of invoice is taken by the name one: choose another name',
    ]);
  });

  test('a name can not be that of a type which another definition brings', () => {
    expect(problemsOf(() => definitionsOf([named('work'), named('workOrder')]))).toEqual([
      'workOrder is the GraphQL type of something of work: choose another name',
    ]);
  });

  test('a reference needs its target, and circles are fine', () => {
    const to = (name: string, target: string) =>
      define(invoice({ name, plural: `${name}List`, fields: { other: reference({ title: 'Other', to: target }) } }));
    expect(problemsOf(() => definitionsOf([to('one', 'two')]))).toEqual([
      'one.other refers to "two", which no file defines',
    ]);
    expect([...definitionsOf([to('two', 'one'), to('one', 'two')]).keys()]).toEqual(['one', 'two']);
  });
});

describe('loadDefinitions', () => {
  test('loads schema/', async () => {
    expect([...(await loadDefinitions(SCHEMA)).keys()]).toEqual(['batch', 'document', 'process', 'step']);
  });

  test('loads a folder, and names the file of each problem', async () => {
    const directory = await mkdtemp(join(tmpdir(), 'rowplane schema '));
    try {
      const file = (name: string, content: string) =>
        writeFile(join(directory, name), `import { define, text } from '${BUILDERS}';\n${content}`);
      await file(
        'invoice.ts',
        `export default define({ name: 'invoice', plural: 'invoices', title: 'Invoice', fields: { number: text({ title: 'Number' }) } });`,
      );
      await writeFile(join(directory, 'functions.ts'), 'export const functions = {};');
      await writeFile(join(directory, 'schema.graphql'), '');
      expect([...(await loadDefinitions(directory)).keys()]).toEqual(['invoice']);

      await file('bad.ts', `export default define({ name: 'bad', plural: 'bad', title: 'Bad', fields: {} });`);
      await file('empty.ts', 'export const nothing = 1;');
      const failure = await loadDefinitions(directory).catch((error: unknown) => error);
      expect(failure).toBeInstanceOf(DefinitionError);
      expect((failure as DefinitionError).problems).toEqual([
        expect.stringMatching(/bad\.ts: definition "bad": it needs|bad\.ts: definition "bad": its plural/),
        expect.stringMatching(/bad\.ts: definition "bad": it needs at least one field/),
        expect.stringMatching(/empty\.ts: its default export must be what define\(\) returns/),
      ]);

      await writeFile(join(directory, 'broken.ts'), 'export default nonsense;');
      await expect(loadDefinitions(directory)).rejects.toThrow(/broken\.ts can't be loaded: nonsense is not defined/);
    } finally {
      await rm(directory, { recursive: true });
    }
  });
});

describe('names', () => {
  test('columns meet only where fields do', () => {
    expect(['dueAt', 'dueat', 'dueAT', 'a1B'].map(snakeCase)).toEqual(['due_at', 'dueat', 'due_a_t', 'a1_b']);
  });

  test('names beyond 63 bytes are cut and still differ', () => {
    const long = (end: string) => tableObjectName('t'.repeat(40), `${'c'.repeat(40)}${end}`, 'realm');
    expect(long('a').length).toBeLessThanOrEqual(63);
    expect(long('a')).not.toBe(long('b'));
  });

  test('long texts have no index', () => {
    const { short, long } = define(
      invoice({ fields: { short: text({ title: 'S' }), long: text({ title: 'L', maxLength: 501 }) } }),
    ).fields;
    expect([isIndexed(short!), isIndexed(long!)]).toEqual([true, false]);
  });
});

test('definitions that only differ in the order of keys are the same', async () => {
  const reversed = (value: unknown): unknown =>
    Array.isArray(value)
      ? value.map(reversed)
      : typeof value === 'object' && value !== null
        ? Object.fromEntries(
            Object.entries(value)
              .reverse()
              .map(([key, each]) => [key, reversed(each)]),
          )
        : value;
  const definitions = await loadDefinitions(SCHEMA);
  const other = new Map([...definitions].map(([name, definition]) => [name, reversed(definition)])) as Definitions;
  expect(diffDefinitions(definitions, other)).toEqual([]);
});
