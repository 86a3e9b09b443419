import { Refusal, invalid, sqlState } from '../access/refusals.ts';
import type { Row, Statement } from '../access/unit.ts';
import type { Viewer, Viewers, ViewerTransaction } from '../access/viewers.ts';
import { checkedName } from '../administration/input.ts';
import { savedQueryById, savedQueryOf, type SavedOrder, type SavedQuery } from './saved-query.ts';

interface Acting {
  viewer: Viewer;
  viewers: Viewers;
}

export interface SavedQueryInput {
  name: string;
  view?: string | null | undefined;
  where?: Record<string, unknown> | null | undefined;
  orderBy?: readonly SavedOrder[] | null | undefined;
}

/**
 * Saves a query as the viewer's (V7). What it asks for must have been checked. Throws VALIDATION_FAILED where the
 * viewer has one of that name, FORBIDDEN for guests (U4).
 */
export function createSavedQuery(acting: Acting, definition: string, input: SavedQueryInput): Promise<SavedQuery> {
  return writing(acting, async (run) => {
    const [made] = await run({
      text: 'insert into rowplane.saved_queries (definition, name, view, condition, orders) values ($1, $2, $3, $4::jsonb, $5::jsonb) returning id',
      values: [definition, ...columnsOf(input)],
    });
    return reread(run, made!.id as string);
  });
}

/** Changes a query of the viewer's own. Throws NOT_FOUND, FORBIDDEN for one that is only shared with the viewer. */
export function updateSavedQuery(acting: Acting, id: string, input: SavedQueryInput): Promise<SavedQuery> {
  return writing(acting, async (run) => {
    await checkOwn(run, id);
    await run({
      text: 'update rowplane.saved_queries set name = $2, view = $3, condition = $4::jsonb, orders = $5::jsonb where id = $1::uuid',
      values: [id, ...columnsOf(input)],
    });
    return reread(run, id);
  });
}

/** Deletes a query of the viewer's own, for everybody whom it was shared with too. */
export function deleteSavedQuery(acting: Acting, id: string): Promise<void> {
  return writing(acting, async (run) => {
    await checkOwn(run, id);
    await run({ text: 'select rowplane.delete_saved_query($1::uuid)', values: [id] });
  });
}

/** Shares a query of the viewer's own with groups that the viewer may see (U3), all or none. Twice is once. */
export function shareSavedQuery(acting: Acting, id: string, groups: readonly string[]): Promise<SavedQuery> {
  return writing(acting, async (run) => {
    await checkOwn(run, id);
    const seen = await run({
      text: 'select id from rowplane.visible_groups where id = any ($1::uuid[])',
      values: [groups],
    });
    const unknown = groups.findIndex((group) => !seen.some((row) => row.id === group));
    if (unknown >= 0) throw new Refusal('NOT_FOUND', 'There is no such group.', { path: `groups[${unknown}]` });
    await run({
      text: 'insert into rowplane.saved_query_groups (query_id, group_id) select $1::uuid, unnest($2::uuid[]) on conflict do nothing',
      values: [id, groups],
    });
    return reread(run, id);
  });
}

/** Takes a query of the viewer's own back from groups. */
export function unshareSavedQuery(acting: Acting, id: string, groups: readonly string[]): Promise<SavedQuery> {
  return writing(acting, async (run) => {
    await checkOwn(run, id);
    await run({
      text: 'select rowplane.unshare_saved_query($1::uuid, $2::uuid[])',
      values: [id, groups],
    });
    return reread(run, id);
  });
}

type Run = (statement: Statement) => Promise<Row[]>;

async function writing<T>({ viewers, viewer }: Acting, work: (run: Run) => Promise<T>): Promise<T> {
  try {
    return await viewers.write(viewer, [], (write: ViewerTransaction) =>
      work(async (statement) => (await write.run([statement]))[0] ?? []),
    );
  } catch (error) {
    if (sqlState(error) === '23505')
      throw invalid([{ path: 'name', message: 'is the name of another query of yours of this definition' }]);
    throw error;
  }
}

async function checkOwn(run: Run, id: string): Promise<void> {
  if (!(await reread(run, id)).isOwn)
    throw new Refusal('FORBIDDEN', 'Only who saved a query changes, shares or deletes it. Save one of your own.');
}

async function reread(run: Run, id: string): Promise<SavedQuery> {
  const [row] = await run(savedQueryById(id));
  if (!row) throw noSuchQuery();
  return savedQueryOf(row);
}

export function noSuchQuery(path = 'id'): Refusal {
  return new Refusal('NOT_FOUND', 'There is no such saved query.', { path });
}

function columnsOf({ name, view, where, orderBy }: SavedQueryInput): unknown[] {
  const json = (value: unknown) => (value == null ? null : JSON.stringify(value));
  return [checkedName(name), view ?? null, json(where), json(orderBy)];
}
