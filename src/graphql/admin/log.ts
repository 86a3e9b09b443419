import { invalid } from '../../access/refusals.ts';
import { DOORS, listLog, logCursorOf, OPERATIONS, type LogEntry, type LogRequest } from '../../administration/log.ts';
import type { ItemPage } from '../connections.ts';
import type { Context } from '../context.ts';
import { decodeId, encodeId } from '../global-id.ts';
import { read } from './administer.ts';
import { uuidOf } from './ids.ts';
import type { AdminKit } from './types.ts';

/** L1: who changed which permission, when, from what to what. */
export function defineLog({ builder, admin }: AdminKit): void {
  const Door = builder.enumType('LogDoor', {
    description: 'Through which door a change came.',
    values: DOORS,
  });
  const Operation = builder.enumType('LogOperation', {
    description: 'What happened to a row; BASELINE: how it was when logging of its table began.',
    values: OPERATIONS,
  });
  admin.LogEntry.implement({
    description: 'A changed row of a permission table (L1). People stand in it by id alone.',
    fields: (t) => ({
      id: t.id({ nullable: false, resolve: ({ id }) => encodeId('LogEntry', id) }),
      number: t.exposeInt('id', { nullable: false, description: 'Counts up without gaps, in the order of commits.' }),
      at: t.field({ type: 'DateTime', nullable: false, resolve: ({ at }) => at }),
      actor: t.id({
        description: 'The account that made the change; null where nobody had entered, as in psql.',
        resolve: ({ actor }) => (actor === null ? null : encodeId('User', actor)),
      }),
      actorName: t.exposeString('actorName', { description: 'Its name today; null where it is gone.' }),
      login: t.exposeString('login', { nullable: false, description: 'The database role that had logged in.' }),
      door: t.field({ type: Door, nullable: false, resolve: ({ door }) => door }),
      table: t.exposeString('table', { nullable: false }),
      operation: t.field({ type: Operation, nullable: false, resolve: ({ operation }) => operation }),
      changed: t.exposeStringList('changed', {
        nullable: { list: true, items: false },
        description: 'The columns that an UPDATE changed, also those whose values the log withholds.',
      }),
      before: t.field({ type: 'JSON', resolve: ({ before }) => before }),
      after: t.field({ type: 'JSON', resolve: ({ after }) => after }),
      transaction: t.exposeString('transaction', {
        nullable: false,
        description: 'Equal for what was changed together.',
      }),
      hash: t.exposeString('hash', {
        nullable: false,
        description: 'SHA-256 in hex; contains that of the entry before.',
      }),
    }),
  });
  builder.objectField(admin.Administration, 'log', (t) =>
    t.field({
      type: admin.Log,
      nullable: false,
      description: 'Every change of a permission, newest first (L1).',
      args: {
        first: t.arg.int({ description: 'At most so many, 1 to 500. Default 50.' }),
        after: t.arg.string({ description: 'A cursor: what comes behind it.' }),
        actor: t.arg.id({ description: 'Only changes by this user.' }),
        door: t.arg({ type: Door }),
        table: t.arg.string({ description: 'Only changes of this table, such as group_members.' }),
        operation: t.arg({ type: Operation }),
        object: t.arg.id({
          description: 'Only what names this user, group, archive, plane, …; also one that is gone.',
        }),
        since: t.arg({ type: 'DateTime' }),
        until: t.arg({ type: 'DateTime' }),
      },
      resolve: (_, { actor, object, ...rest }, context) =>
        readLog(context, {
          ...rest,
          actor: actor == null ? null : uuidOf('User', actor, 'actor'),
          object: object == null ? null : nameInLog(object),
        }),
    }),
  );
}

/** How the log names what a global id means: by its uuid, or `plane/7`. */
function nameInLog(id: string): string {
  const { type, parts } = decodeId(id) ?? {};
  const last = parts?.at(-1);
  if (type === undefined || last === undefined) throw invalid([{ path: 'object', message: 'is no id' }]);
  return last.includes('-') ? last : `${type.toLowerCase()}/${last}`;
}

async function readLog(context: Context, request: LogRequest): Promise<ItemPage<LogEntry>> {
  const { items, hasNextPage } = await read(context, (a) => listLog(a, request));
  return {
    items,
    hasNextPage,
    cursorOf: logCursorOf,
    async totalCount() {
      const counted = await read(context, (a) => listLog(a, { ...request, first: 1, after: null, count: true }));
      return counted.totalCount;
    },
  };
}
