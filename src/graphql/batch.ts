import type { Session } from '../reader/session.ts';
import type { Context } from './context.ts';

/** Loads the values of all keys that one level of an operation asks for, at once. */
export type LoadAll<Key, Value> = (keys: Key[]) => Promise<Map<Key, Value>>;

interface Batch {
  keys: Set<unknown>;
  loaded: Promise<Map<unknown, unknown>>;
}

const batches = new WeakMap<Session, Map<string, Batch>>();

/** The value of a key, loaded together with those that are asked for at the same time under the same name (which says what is loaded, with what arguments). */
export async function loadBatched<Key, Value>(
  context: Context,
  name: string,
  key: Key,
  loadAll: LoadAll<Key, Value>,
): Promise<Value | undefined> {
  let open = batches.get(context.session);
  if (open === undefined) batches.set(context.session, (open = new Map()));
  let batch = open.get(name);
  if (batch === undefined) {
    const keys = new Set<unknown>();
    const loaded = new Promise((resolve) => setImmediate(resolve)).then(() => {
      open.delete(name);
      return loadAll([...keys] as Key[]);
    });
    batch = { keys, loaded };
    open.set(name, batch);
  }
  batch.keys.add(key);
  return (await batch.loaded).get(key) as Value | undefined;
}

/** Rows by the value of one of their columns. */
export function groupBy<Row>(rows: readonly Row[], keyOf: (row: Row) => string): Map<string, Row[]> {
  return Map.groupBy(rows, keyOf);
}
