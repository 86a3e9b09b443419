import type { Queryable } from '../database/queryable.ts';
import type { Session } from '../reader/session.ts';
import type { Context } from './context.ts';

/** The viewer's snapshot, as something to query. */
export function reading(session: Session): Queryable {
  return { query: async <R>(text: string, values: unknown[] = []) => (await session.query({ text, values })) as R[] };
}

/** A change of permissions by the viewer, all or nothing, through functions of the database that judge for themselves. */
export function changing<T>(
  { viewers, viewer }: Pick<Context, 'viewers' | 'viewer'>,
  work: (database: Queryable) => Promise<T>,
): Promise<T> {
  return viewers.change(viewer, (run) =>
    work({
      query: async <R>(text: string, values: unknown[] = []) => {
        const [rows] = await run([{ text, values }]);
        return (rows ?? []) as R[];
      },
    }),
  );
}
