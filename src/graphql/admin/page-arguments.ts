import type { SchemaTypes } from '../builder.ts';

type Types = PothosSchemaTypes.ExtendDefaultTypes<SchemaTypes>;

/** The arguments of every list of administration. */
export function pageArguments<Parent>({ arg }: PothosSchemaTypes.ObjectFieldBuilder<Types, Parent>) {
  return {
    first: arg.int({ description: 'At most so many, 1 to 500. Default 50.' }),
    after: arg.string({ description: 'A cursor: what comes behind it.' }),
    search: arg.string({ description: 'Only what contains this text, in upper or lower case.' }),
  };
}
