import fc from 'fast-check';
import { expect, test } from 'vitest';
import { keepText, markHolder, stringifyResult } from '../../src/graphql/executor/stringify.ts';

const value = fc.letrec((tie) => ({
  leaf: fc.oneof(fc.string({ unit: 'binary' }), fc.double(), fc.boolean(), fc.constant(null)),
  node: fc.oneof(
    tie('leaf'),
    fc.array(tie('node'), { maxLength: 4 }),
    fc.array(tie('node'), { maxLength: 3 }).map(keepText),
    fc.dictionary(fc.stringMatching(/^[_A-Za-z]\w{0,5}$/), tie('node'), { maxKeys: 4 }),
  ),
})).node;

test('a result is written as JSON.stringify writes it, values in common or not', () => {
  fc.assert(
    fc.property(value, fc.boolean(), (inner, shares) => {
      const data = { inner, again: inner };
      if (shares) markHolder(data);
      expect(stringifyResult({ data })).toBe(JSON.stringify({ data }));
    }),
  );
});

test('errors stand beside the data', () => {
  const data = { a: 1 };
  markHolder(data);
  const result = { errors: [{ message: 'no' }], data };
  expect(stringifyResult(result)).toBe(JSON.stringify(result));
  expect(stringifyResult({ errors: [], data: null })).toBe('{"errors":[],"data":null}');
});
