import type pg from 'pg';
import { serialize } from 'pg-protocol';

/**
 * Statements that a connection has prepared, so that Postgres needn't parse and plan them each time.
 *
 * They outlive the transaction that prepared them, which nothing else does: SQL that slipped into a viewer's statement
 * could put another statement in the place of one, for the next viewer. The commands that do so (`prepare`, `deallocate`,
 * `discard`, and whatever runs code, like `do`) tell what they are when they complete, and no query can run them from
 * within. So a connection on which any command ran that isn't known to leave nothing behind is distrusted: what it
 * answered from then on is thrown away, and it is closed.
 */
export interface KeptStatements {
  /** The name under which the text is prepared, and the messages that are to be sent before. */
  use(text: string): { name: string; preparing: Buffer[] };
  distrust(): void;
  /** Whether every command so far was known to leave nothing behind. */
  isTrusted(): boolean;
}

/** Tags of commands that run no other ones. None of them prepares a statement or changes a session. */
export const LEAVES_NOTHING = /^(SELECT|EXPLAIN|INSERT|UPDATE|DELETE|BEGIN|COMMIT|ROLLBACK|SAVEPOINT|RELEASE)\b/;

/** Each takes some ten kilobytes of the database server's memory, on each connection. */
const MOST = 100;

const keptByClient = new WeakMap<pg.ClientBase, KeptStatements>();

/** What is kept on a connection; nothing at first. */
export function keptOn(client: pg.ClientBase): KeptStatements {
  let kept = keptByClient.get(client);
  if (kept === undefined) keptByClient.set(client, (kept = createKept()));
  return kept;
}

function createKept(): KeptStatements {
  const names = new Map<string, string>();
  let made = 0;
  let trusted = true;
  return {
    use(text) {
      const known = names.get(text);
      // Those used last stand last.
      if (known !== undefined) {
        names.delete(text);
        names.set(text, known);
        return { name: known, preparing: [] };
      }
      const name = `kept_${++made}`;
      const preparing = [parseMessage(name, text)];
      names.set(text, name);
      const [oldest] = names.keys();
      if (names.size > MOST && oldest !== undefined) {
        preparing.unshift(serialize.close({ type: 'S', name: names.get(oldest)! }));
        names.delete(oldest);
      }
      return { name, preparing };
    },
    distrust() {
      trusted = false;
    },
    isTrusted: () => trusted,
  };
}

export function parseMessage(name: string, text: string): Buffer {
  return serialize.parse({ name, text, types: [] });
}
