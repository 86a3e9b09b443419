import { printSchema } from 'graphql';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { loadDefinitions } from '../../src/compiler/load-definitions.ts';
import { createSchema } from '../../src/graphql/create-schema.ts';

const directory = fileURLToPath(new URL('../../schema', import.meta.url));

test('schema/schema.graphql is what the definitions give (npm run snapshot:schema writes it anew)', async () => {
  const printed = printSchema(createSchema(await loadDefinitions(directory)));
  await expect(`${printed}\n`).toMatchFileSnapshot('../../schema/schema.graphql');
});
