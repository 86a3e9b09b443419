import SchemaBuilder from '@pothos/core';
import type { Definitions } from '../compiler/definition.ts';
import type { Context } from './context.ts';
import type { SharedTypes } from './shared-types.ts';

interface Text {
  Input: string;
  Output: string;
}

/** Pothos' options, the one time that they are set. Fields and arguments are nullable unless they say otherwise. */
export interface SchemaTypes {
  Context: Context;
  Scalars: {
    ID: { Input: string; Output: string | number };
    DateTime: Text;
    Date: Text;
    Decimal: Text;
    JSON: { Input: unknown; Output: unknown };
  };
}

export type Builder = PothosSchemaTypes.SchemaBuilder<PothosSchemaTypes.ExtendDefaultTypes<SchemaTypes>>;

export function createBuilder(): Builder {
  return new SchemaBuilder<SchemaTypes>({});
}

/** What every noun of the API gets: `(kit) => void` adds its types, queries and mutations. */
export interface Kit {
  builder: Builder;
  definitions: Definitions;
  types: SharedTypes;
}
