import { cursorOf, listByName, type Page, type PageRequest } from '../../administration/pages.ts';
import type { Queryable } from '../../database/queryable.ts';
import type { UserNode } from '../../reader/record-node.ts';
import { USER_COLUMNS } from '../../reader/read-linked.ts';
import { pageArguments } from '../admin/page-arguments.ts';
import type { Kit } from '../builder.ts';
import { defineConnection, type ItemPage } from '../connections.ts';
import type { Context } from '../context.ts';
import { encodeId } from '../global-id.ts';
import { reading } from '../as-viewer.ts';

interface VisibleGroup {
  id: string;
  name: string;
  colour: string;
  builtin: string | null;
}

/** U3: whom the viewer may see, and so may share with and choose. */
export function definePeople(kit: Kit): void {
  const { builder, types } = kit;
  const Group = builder.objectRef<VisibleGroup>('VisibleGroup');
  Group.implement({
    description: 'A group that the viewer may see (U3).',
    fields: (t) => ({
      id: t.id({ nullable: false, resolve: ({ id }) => encodeId('Group', id) }),
      name: t.exposeString('name', { nullable: false }),
      colour: t.exposeString('colour', { nullable: false, description: '#rrggbb' }),
      builtin: t.exposeString('builtin', { description: 'Which built-in group it is; null for all others.' }),
    }),
  });
  const users = defineConnection<UserNode>(kit, 'User', types.User);
  const groups = defineConnection<VisibleGroup>(kit, 'VisibleGroup', Group);
  builder.queryField('users', (t) =>
    t.field({
      type: users,
      nullable: false,
      description: 'The users whom the viewer may see, by name (U3).',
      args: pageArguments(t),
      resolve: (_root, page, context) => readPage(context, page, listUsers),
    }),
  );
  builder.queryField('groups', (t) =>
    t.field({
      type: groups,
      nullable: false,
      description: 'The groups that the viewer may see, by name (U3).',
      args: pageArguments(t),
      resolve: (_root, page, context) => readPage(context, page, listGroups),
    }),
  );
}

type List<T> = (database: Queryable, request: PageRequest) => Promise<Page<T>>;

const listUsers: List<UserNode> = (database, request) => {
  const select = `select ${USER_COLUMNS} from rowplane.visible_users`;
  return listByName(database, { select, idType: 'uuid', searched: `concat_ws(' ', name, "displayName")` }, request);
};

const listGroups: List<VisibleGroup> = (database, request) =>
  listByName(
    database,
    { select: 'select id, name, colour, builtin from rowplane.visible_groups', idType: 'uuid' },
    request,
  );

async function readPage<T extends { id: string; name: string }>(
  { session }: Context,
  request: PageRequest,
  list: List<T>,
): Promise<ItemPage<T>> {
  const database = reading(session);
  const { items, hasNextPage } = await list(database, request);
  const countAll = async () => (await list(database, { ...request, first: 1, after: null, count: true })).totalCount;
  return { items, hasNextPage, cursorOf, totalCount: countAll };
}
