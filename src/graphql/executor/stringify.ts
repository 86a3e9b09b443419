import type { FormattedExecutionResult } from 'graphql';

/** The JSON of values that many records have in common: written once, and spliced in wherever they stand. */
const texts = new WeakMap<object, string>();
/** Responses that hold such values. For any other one JSON.stringify is the fastest. */
const holders = new WeakSet<object>();

/** Makes a value, which must not change any more, one whose JSON is kept. */
export function keepText<T extends object>(value: T): T {
  texts.set(value, write(value));
  return value;
}

/** Says that a plan's data holds values with kept JSON. */
export function markHolder(data: object): void {
  holders.add(data);
}

/** A result that writes its JSON itself: only then what it shares with others is written once. */
export abstract class WritesItself {
  abstract text(): string;
}

/** The JSON of a result, equal to that of JSON.stringify. */
export function stringifyResult(result: FormattedExecutionResult): string {
  if (result instanceof WritesItself) return result.text();
  const { data, ...rest } = result;
  if (data == null || !holders.has(data) || Object.keys(rest).length > 0) return JSON.stringify(result);
  return `{"data":${write(data)}}`;
}

/** Text that stands in JSON as it is. */
const PLAIN = /^[\x20\x21\x23-\x5b\x5d-\x7e]*$/;

/** The JSON of plain values, as plans make them: keys are names of GraphQL, nothing is `undefined` or has a `toJSON`. */
export function write(value: unknown): string {
  if (typeof value === 'string') return PLAIN.test(value) ? `"${value}"` : JSON.stringify(value);
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  const kept = texts.get(value);
  if (kept !== undefined) return kept;
  let text = '';
  if (Array.isArray(value)) {
    for (const item of value) text += text === '' ? write(item) : `,${write(item)}`;
    return `[${text}]`;
  }
  for (const key in value) {
    const inner = write((value as Record<string, unknown>)[key]);
    text += text === '' ? `"${key}":${inner}` : `,"${key}":${inner}`;
  }
  return `{${text}}`;
}
