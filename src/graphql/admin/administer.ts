import type { Administration, Administrators } from '../../access/administrators.ts';
import { Refusal } from '../../access/refusals.ts';
import type { Page, PageRequest } from '../../administration/pages.ts';
import { cursorOf } from '../../administration/pages.ts';
import type { ItemPage } from '../connections.ts';
import type { Context } from '../context.ts';

/** The connection for administration; FORBIDDEN, with the reason, in processes that run without it. */
function administratorsOf({ administrators }: Context): Administrators {
  if (administrators) return administrators;
  throw new Refusal(
    'FORBIDDEN',
    'This server runs without a connection for administration (ROWPLANE_ADMIN_URL). Use one that has it, or the command line.',
  );
}

/** Makes a change as the viewer, who must be an administrator (U2): all or nothing. */
export function change<T>(context: Context, work: (a: Administration) => Promise<T>): Promise<T> {
  return administratorsOf(context).change(context.viewer, work);
}

interface Reading {
  run(a: Administration): Promise<void>;
  fail(error: unknown): void;
}

const waiting = new WeakMap<Context, Reading[]>();

/**
 * Reads as the viewer, who must be an administrator (U2). What one operation asks for at the same time shares one
 * transaction, so that a list's nested fields don't each open their own.
 */
export function read<T>(context: Context, work: (a: Administration) => Promise<T>): Promise<T> {
  const administrators = administratorsOf(context);
  return new Promise<T>((resolve, reject) => {
    const reading: Reading = { run: (a) => work(a).then(resolve, reject), fail: reject };
    const queue = waiting.get(context);
    if (queue) {
      queue.push(reading);
      return;
    }
    const opened = [reading];
    waiting.set(context, opened);
    setImmediate(() => {
      waiting.delete(context);
      void readAll(administrators, context, opened);
    });
  });
}

async function readAll(administrators: Administrators, context: Context, readings: Reading[]): Promise<void> {
  try {
    await administrators.read(context.viewer, async (a) => {
      for (const reading of readings) await reading.run(a);
    });
  } catch (error) {
    // Those that were answered stay so: a promise settles once.
    for (const reading of readings) reading.fail(error);
  }
}

/** A page of a list as the API's connections take it; `totalCount` is counted only when asked for. */
export async function readPage<T extends { id: string | number; name: string }>(
  context: Context,
  request: PageRequest,
  list: (a: Administration, request: PageRequest) => Promise<Page<T>>,
): Promise<ItemPage<T>> {
  const { items, hasNextPage } = await read(context, (a) => list(a, request));
  return {
    items,
    hasNextPage,
    cursorOf,
    async totalCount() {
      const counted = await read(context, (a) => list(a, { ...request, first: 1, after: null, count: true }));
      return counted.totalCount;
    },
  };
}
