import { Kind, parse, type OperationDefinitionNode } from 'graphql';
import { expect, test } from 'vitest';
import { Refusal } from '../../src/access/refusals.ts';
import { checkLimits, LIMITS, parseWithin } from '../../src/graphql/limits.ts';

function verdict(source: string, variables: Record<string, unknown> = {}, limits: Partial<typeof LIMITS> = {}): string {
  const document = parse(source);
  const operation = document.definitions.find(
    (each) => each.kind === Kind.OPERATION_DEFINITION,
  ) as OperationDefinitionNode;
  try {
    checkLimits(document, operation, variables, { ...LIMITS, ...limits });
    return 'fine';
  } catch (error) {
    return (error as Refusal).code === 'TOO_COMPLEX' ? (error as Refusal).message : String(error);
  }
}

test('fragments count whatever they are called', () => {
  for (const name of ['__proto__', 'constructor', 'toString'])
    expect(verdict(`{ ...${name} } fragment ${name} on Query { a b c }`, {}, { complexity: 2 })).toContain('3 fields');
});

test('a page counts as many times its fields as it has rows, wherever its size comes from', () => {
  const fields = (count: string) =>
    `The operation may answer with ${count} fields; 100 are allowed. Ask for smaller pages or fewer fields.`;
  const limits = { complexity: 100 };
  expect(verdict('{ papers(first: 49) { nodes { id title } } }', {}, limits)).toBe('fine');
  expect(verdict('{ papers(first: 50) { nodes { id title } } }', {}, limits)).toBe(fields('102'));
  expect(verdict('query ($n: Int) { papers(last: $n) { nodes { id title } } }', { n: 60 }, limits)).toBe(fields('122'));
  expect(verdict('query ($n: Int = 60) { papers(first: $n) { nodes { id title } } }', {}, limits)).toBe(fields('122'));
  expect(verdict('{ papers { edges { node { id } } } }', {}, limits)).toBe(fields('102'));
  expect(verdict('query ($ids: [ID!]!) { nodes(ids: $ids) { id } }', { ids: Array(101).fill('x') }, limits)).toBe(
    fields('102'),
  );
  expect(verdict('{ a(first: 10) { nodes { b(first: 10) { nodes { id } } } } }', {}, limits)).toBe(fields('122'));
  expect(verdict('{ a { ...F } } fragment F on C { totalCount ... { nodes { id title } } }', {}, limits)).toBe(
    fields('103'),
  );
});

test('depth and aliases are counted through fragments', () => {
  expect(verdict('{ a { ...F } } fragment F on A { b { c { d } } }', {}, { depth: 3 })).toContain(
    '4 levels deep; 3 are allowed',
  );
  expect(verdict('{ x: a { ...F } y: a { ...F } } fragment F on A { z: b }', {}, { aliases: 3 })).toContain(
    '4 aliases; 3 are allowed',
  );
});

test('fragments within fragments are measured once each, however often they are spread', () => {
  const fragments = Array.from(
    { length: 60 },
    (_, index) => `fragment F${index} on A { a { ...F${index + 1} } b { ...F${index + 1} } }`,
  );
  expect(verdict(`{ ...F0 } ${fragments.join(' ')} fragment F60 on A { id }`, {}, { depth: 100 })).toContain('fields;');
});

test('documents have a limited length and number of tokens', () => {
  const refusal = (source: string, limits = {}) => {
    try {
      parseWithin(source, { ...LIMITS, ...limits });
      return null;
    } catch (error) {
      return error instanceof Refusal ? error.code : (error as Error).name;
    }
  };
  expect(refusal('{ a }')).toBeNull();
  expect(refusal(`{ a } #${'x'.repeat(LIMITS.source)}`)).toBe('TOO_COMPLEX');
  expect(refusal(`{ ${'a '.repeat(LIMITS.tokens)} }`)).toBe('TOO_COMPLEX');
  expect(refusal('{ a')).toBe('GraphQLError');
});
