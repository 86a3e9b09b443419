import type { Queryable } from '../database/queryable.ts';
import type { Session } from '../reader/session.ts';

/** The viewer's session, as something to query. */
export function readingSession(session: Session): Queryable {
  return { query: async <R>(text: string, values: unknown[] = []) => (await session.query({ text, values })) as R[] };
}
