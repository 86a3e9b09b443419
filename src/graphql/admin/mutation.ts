import type { InputFieldMap, InputRef, InputShapeFromFields, TypeParam } from '@pothos/core';
import { pascalCase } from '../../compiler/names.ts';
import type { Kit, SchemaTypes } from '../builder.ts';
import type { Context } from '../context.ts';

type Types = PothosSchemaTypes.ExtendDefaultTypes<SchemaTypes>;

export interface MutationOptions<Fields extends InputFieldMap, Name extends string> {
  description: string;
  input: (t: PothosSchemaTypes.InputFieldBuilder<Types, 'InputObject'>) => Fields;
  /** The types of the payload's fields, none of which is ever null. */
  payload: Record<Name, TypeParam<Types>>;
  /** Answers the payload's fields by name. */
  resolve: (input: InputShapeFromFields<Fields>, context: Context) => Promise<Record<Name, unknown>>;
}

/** A mutation with one argument, `input`, of type `<Name>Input!`, that answers `<Name>Payload!`. */
export function defineMutation<Fields extends InputFieldMap, Name extends string>(
  { builder }: Kit,
  name: string,
  { description, input, payload, resolve }: MutationOptions<Fields, Name>,
): void {
  // Its shape is known to the caller alone; here it is only handed on.
  const Input = builder.inputType(`${pascalCase(name)}Input`, { fields: input }) as unknown as InputRef<object>;
  const Payload = builder.objectRef<Record<string, unknown>>(`${pascalCase(name)}Payload`).implement({
    fields: (t) =>
      Object.fromEntries(
        Object.entries<TypeParam<Types>>(payload).map(([field, type]) => [
          field,
          t.field({ type, nullable: false, resolve: (result) => result[field] as never }),
        ]),
      ),
  });
  builder.mutationField(name, (t) =>
    t.field({
      type: Payload,
      nullable: false,
      description,
      args: { input: t.arg({ type: Input, required: true }) },
      resolve: (_root, args, context) => resolve(args.input as InputShapeFromFields<Fields>, context),
    }),
  );
}
