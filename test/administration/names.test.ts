import { expect, it } from 'vitest';
import { RESERVED_DEFINITION_NAMES, TYPE_SUFFIXES } from '../../src/compiler/reserved-names.ts';
import { createSchema } from '../../src/graphql/create-schema.ts';

it('a definition can’t have a name that the API already uses for a type of its own', () => {
  const types = Object.keys(createSchema(new Map()).getTypeMap()).filter((name) => !name.startsWith('__'));
  const open = types
    .filter((name) => !TYPE_SUFFIXES.some((suffix) => name.endsWith(suffix)))
    .map((name) =>
      name === 'ID' || name === 'JSON' ? name.toLowerCase() : name.charAt(0).toLowerCase() + name.slice(1),
    )
    .filter((name) => !RESERVED_DEFINITION_NAMES.has(name));
  expect(open).toEqual([]);
});
