import { getNamedType, type GraphQLFormattedError, type GraphQLObjectType, type GraphQLResolveInfo } from 'graphql';
import { collectFields } from '../collect-fields.ts';
import { describedOf, type Arguments } from '../describe.ts';
import type { AskedContent } from './content-document.ts';
import type { ToldContent } from './content.ts';

/** A change in the form of its response, and what of it failed; paths begin at the change. */
export interface ToldChange {
  value: Record<string, unknown>;
  errors: readonly GraphQLFormattedError[];
}

/** The selection of a subscription, taken apart: what is asked for of records or entries, and how a change is told. */
export interface CompiledChange<Source> {
  content: AskedContent[];
  tell: (change: Source) => ToldChange;
}

interface Part {
  key: string;
  value: (change: never, args: Arguments) => unknown;
}

/** Compiles what a subscription selects of its change type, whose fields describe themselves but for the one that `content` names. */
export function compileChange<Source extends object>(
  info: GraphQLResolveInfo,
  contentField: string | null,
  contentIn: (change: Source) => ToldContent | null = () => null,
): CompiledChange<Source> {
  const type = getNamedType(info.returnType) as GraphQLObjectType;
  const content: AskedContent[] = [];
  const parts: Part[] = [];
  for (const [key, nodes] of collectFields(info, type, info.fieldNodes)) {
    const name = nodes[0]!.name.value;
    if (name === contentField) {
      content.push({ key, nodes });
      parts.push({ key, value: (change) => contentIn(change)?.values[key] ?? null });
    } else if (name === '__typename') parts.push({ key, value: () => type.name });
    else parts.push({ key, value: describedOf(type.getFields()[name]!)!.value });
  }
  return {
    content,
    tell(change) {
      const value = Object.create(null) as Record<string, unknown>;
      for (const part of parts) value[part.key] = part.value(change as never, {});
      return { value, errors: contentIn(change)?.errors ?? [] };
    },
  };
}
