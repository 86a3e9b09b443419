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
  /** Differs from follower to follower; … */
  own: string;
  /** … and its JSON is this. */
  ownText: (change: Source) => string;
  /** Everything else is the same for changes of which this is the same object. */
  shared: (change: Source) => object;
}

interface Part {
  key: string;
  /** The field that it is. */
  name: string;
  value: (change: never, args: Arguments) => unknown;
}

/** The JSON of what a change shares, in pieces: between them stands what is each follower's own. */
type SharedText = readonly string[];

/** What is selected, by type and shape: one object for all who select the same, so that what they are told is written once. */
const selections = new WeakMap<GraphQLObjectType, Map<string, object>>();
const MOST_SELECTIONS = 1000;

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
  const selected = selectedOf(type, parts, special);
  return { content, tell: (change) => new Told(selected, change) };
}

function selectedOf<Source extends object>(
  type: GraphQLObjectType,
  parts: readonly Part[],
  special: SpecialFields<Source> | null,
): Selected<Source> {
  const shape = JSON.stringify(parts.map(({ key, name }) => [key, name]));
  let known = selections.get(type);
  if (known === undefined) selections.set(type, (known = new Map()));
  const same = known.get(shape);
  if (same !== undefined) return same as Selected<Source>;
  if (known.size >= MOST_SELECTIONS) known.clear();
  const selected = new Selected<Source>(parts, special);
  known.set(shape, selected);
  return selected;
}

const NO_ERRORS: readonly GraphQLFormattedError[] = [];

/** What is selected of a change, and how its response is written. */
class Selected<Source extends object> {
  readonly #parts: readonly Part[];
  readonly #special: SpecialFields<Source> | null;
  /** What is each follower's own, if it is asked for. */
  readonly #own: Part | undefined;
  readonly #texts = new WeakMap<object, SharedText>();

  constructor(parts: readonly Part[], special: SpecialFields<Source> | null) {
    this.#parts = parts;
    this.#special = special;
    this.#own = parts.find(({ name }) => name === special?.own);
  }

  valueOf(change: Source): Record<string, unknown> {
    const value = Object.create(null) as Record<string, unknown>;
    for (const part of this.#parts) value[part.key] = part.value(change as never, {});
    return value;
  }

  errorsOf(change: Source): readonly GraphQLFormattedError[] {
    return this.#special?.contentIn(change)?.errors ?? NO_ERRORS;
  }

  textOf(change: Source): string {
    const shared = this.#sharedTextOf(change);
    return this.#own === undefined ? shared[0]! : shared.join(this.#special!.ownText(change));
  }

  #sharedTextOf(change: Source): SharedText {
    if (this.#special === null) return this.#writeShared(change);
    const shared = this.#special.shared(change);
    let text = this.#texts.get(shared);
    if (text === undefined) this.#texts.set(shared, (text = this.#writeShared(change)));
    return text;
  }

  #writeShared(change: Source): SharedText {
    const pieces: string[] = [];
    let piece = '{';
    for (const [index, { key, name, value }] of this.#parts.entries()) {
      piece += `${index === 0 ? '' : ','}"${key}":`;
      if (name === this.#own?.name) {
        pieces.push(piece);
        piece = '';
      } else piece += write(value(change as never, {}));
    }
    return [...pieces, `${piece}}`];
  }
}

/** Each door takes the value or the text. */
class Told<Source extends object> implements ToldChange {
  readonly #selected: Selected<Source>;
  readonly #change: Source;

  constructor(selected: Selected<Source>, change: Source) {
    this.#selected = selected;
    this.#change = change;
  }

  get value(): Record<string, unknown> {
    return this.#selected.valueOf(this.#change);
  }

  get text(): string {
    return this.#selected.textOf(this.#change);
  }

  get errors(): readonly GraphQLFormattedError[] {
    return this.#selected.errorsOf(this.#change);
  }
}
