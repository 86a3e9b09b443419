import type { SchemaTypes } from '../builder.ts';

type Types = PothosSchemaTypes.ExtendDefaultTypes<SchemaTypes>;

/** The arguments of every list by name. */
export function pageArguments<Parent>({ arg }: Pick<PothosSchemaTypes.ObjectFieldBuilder<Types, Parent>, 'arg'>) {
  return {
    first: arg.int({ description: 'At most so many, 1 to 500. Default 50.' }),
    after: arg.string({ description: 'A cursor: what comes behind it.' }),
    search: arg.string({ description: 'Only what contains this text, in upper or lower case.' }),
  };
}
