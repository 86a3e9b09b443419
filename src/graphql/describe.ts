import type { GraphQLField, GraphQLResolveInfo } from 'graphql';
import type { Read } from '../reader/reader.ts';
import type { Context } from './context.ts';
import { fillTarget, type Into } from './look-ahead.ts';

/**
 * A field that describes itself instead of doing something: what it needs to be read, and how its value comes from what was read, at once and
 * without asking anyone. graphql-js resolves it by `value`; the executor runs a whole operation of such fields as one plan.
 *
 * A *target* collects what is wanted: a Selection for records, other things elsewhere; fields without needs ignore it.
 */
export interface Described {
  /** Adds to the target of the type that the field is on. */
  needs?: (target: never) => void;
  /** The target of the type that the field leads to; for abstract types, of one of its types. */
  into?: Into;
  /** The value: for leaves, as it stands in the response; null is only given where the field is nullable. */
  value: (source: never, args: Arguments) => unknown;
  /** Many sources give the very same value, which never changes: so its response is built once, and so is its JSON. */
  shared?: boolean;
}

export type Arguments = Readonly<Record<string, unknown>>;

/** A field of the root that reads: its arguments and the needs of everything below it become one Read. */
export interface RootDescribed {
  /** A new, empty target. */
  target: () => unknown;
  /** What to read; `null` reads nothing and is the field's value. Throws Refusal for arguments that can't be. */
  read: (args: Arguments, target: never, context: Context) => PreparedRead | null;
  into?: Into;
}

export interface PreparedRead extends Read {
  /** How many steps it takes at most. */
  steps: number;
  /** Whether what `finish` gives reads more by itself, so that only graphql-js can go on with it. */
  asks?: boolean;
  /** The field's value from what the reading returned. */
  finish: (result: never) => unknown;
}

const DESCRIBED = 'rowplane:described';
const ROOT = 'rowplane:root';

/** The description of a field, if it has one. */
export function describedOf(field: GraphQLField<unknown, unknown>): Described | undefined {
  return field.extensions[DESCRIBED] as Described | undefined;
}

export function rootDescribedOf(field: GraphQLField<unknown, unknown>): RootDescribed | undefined {
  return field.extensions[ROOT] as RootDescribed | undefined;
}

/** The options of a Pothos field that describes itself: its extension, and the resolver that graphql-js uses. */
export function describe<Source>(
  described: Omit<Described, 'value'> & { value: (source: Source, args: Arguments) => unknown },
): {
  extensions: Record<string, unknown>;
  resolve: (source: Source, args: Arguments) => never;
} {
  return {
    extensions: { [DESCRIBED]: described },
    resolve: (source, args) => described.value(source, args) as never,
  };
}

/** The same for a field of the root. */
export function rootField(described: RootDescribed): {
  extensions: Record<string, unknown>;
  resolve: (root: object, args: Arguments, context: Context, info: GraphQLResolveInfo) => Promise<never>;
} {
  return {
    extensions: { [ROOT]: described },
    async resolve(_, args, context, info) {
      const target = described.target();
      fillTarget(info, described.into, info.returnType, info.fieldNodes, target);
      const prepared = described.read(args, target as never, context);
      if (prepared === null) return null as never;
      return prepared.finish((await context.session.read(prepared.scope, prepared.start)) as never) as never;
    },
  };
}
