import { getNamedType, type GraphQLFormattedError, type GraphQLObjectType, type GraphQLResolveInfo } from 'graphql';
import { collectFields } from '../collect-fields.ts';
import { describedOf, type Arguments } from '../describe.ts';
import { write } from '../executor/stringify.ts';
import type { AskedContent } from './content-document.ts';
import type { ToldContent } from './content.ts';

/** A change in the form of its response, and what of it failed; paths begin at the change. */
export interface ToldChange {
  readonly value: Record<string, unknown>;
  readonly errors: readonly GraphQLFormattedError[];
  /** The JSON of the value. */
  readonly text: string;
}

/** The selection of a subscription, taken apart: what is asked for of records or entries, and how a change is told. */
export interface CompiledChange<Source> {
  content: AskedContent[];
  tell: (change: Source) => ToldChange;
}

/** The fields of a change type that don't simply describe themselves, by name. */
export interface SpecialFields<Source> {
  /** Holds the record or entry, … */
  content: string;
  /** … which is in here; null for what is gone. */
  contentIn: (change: Source) => ToldContent | null;
  /** Differs from follower to follower; everything else of changes with the same content is the same if `sharing` is. */
  own: string;
  sharing: (change: Source) => string;
}

interface Part {
  key: string;
  /** The field that it is. */
  name: string;
  value: (change: never, args: Arguments) => unknown;
}

/** The JSON of what a change shares, in pieces: between them stands what is each follower's own. */
type SharedText = readonly string[];

/** By content, and what else they depend on. */
const sharedTexts = new WeakMap<ToldContent, Map<string, SharedText>>();

/** Compiles what a subscription selects of its change type, whose fields describe themselves but for the special ones. */
export function compileChange<Source extends object>(
  info: GraphQLResolveInfo,
  special: SpecialFields<Source> | null,
): CompiledChange<Source> {
  const type = getNamedType(info.returnType) as GraphQLObjectType;
  const content: AskedContent[] = [];
  const parts: Part[] = [];
  for (const [key, nodes] of collectFields(info, type, info.fieldNodes)) {
    const name = nodes[0]!.name.value;
    if (name === special?.content) {
      content.push({ key, nodes });
      parts.push({ key, name, value: (change) => special.contentIn(change)?.values[key] ?? null });
    } else if (name === '__typename') parts.push({ key, name, value: () => type.name });
    else parts.push({ key, name, value: describedOf(type.getFields()[name]!)!.value });
  }
  const shape = JSON.stringify([type.name, parts.map(({ key, name }) => [key, name])]);

  function valueOf(change: Source): Record<string, unknown> {
    const value = Object.create(null) as Record<string, unknown>;
    for (const part of parts) value[part.key] = part.value(change as never, {});
    return value;
  }

  function sharedTextOf(change: Source): SharedText {
    const pieces: string[] = [];
    let piece = '{';
    for (const [index, { key, name, value }] of parts.entries()) {
      piece += `${index === 0 ? '' : ','}"${key}":`;
      if (name === special?.own) {
        pieces.push(piece);
        piece = '';
      } else piece += write(value(change as never, {}));
    }
    return [...pieces, `${piece}}`];
  }

  function knownTextOf(change: Source): SharedText {
    const beside = special?.contentIn(change) ?? null;
    if (beside === null) return sharedTextOf(change);
    let known = sharedTexts.get(beside);
    if (known === undefined) sharedTexts.set(beside, (known = new Map()));
    const name = `${special!.sharing(change)} ${shape}`;
    let text = known.get(name);
    if (text === undefined) known.set(name, (text = sharedTextOf(change)));
    return text;
  }

  const own = parts.find(({ name }) => name === special?.own);

  function textOf(change: Source): string {
    const pieces = knownTextOf(change);
    return own === undefined ? pieces[0]! : pieces.join(write(own.value(change as never, {})));
  }

  /** Each door takes the one or the other. */
  class Told implements ToldChange {
    readonly #change: Source;
    constructor(change: Source) {
      this.#change = change;
    }
    get value() {
      return valueOf(this.#change);
    }
    get text() {
      return textOf(this.#change);
    }
    get errors() {
      return special?.contentIn(this.#change)?.errors ?? [];
    }
  }

  return { content, tell: (change) => new Told(change) };
}
