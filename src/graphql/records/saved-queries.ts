import { invalid, type Problem } from '../../access/refusals.ts';
import type { ObjectDefinition } from '../../compiler/definition.ts';
import {
  createSavedQuery,
  deleteSavedQuery,
  noSuchQuery,
  shareSavedQuery,
  unshareSavedQuery,
  updateSavedQuery,
} from '../../saved-queries/change.ts';
import {
  groupsOfSavedQueries,
  savedQueriesOf,
  savedQueryById,
  savedQueryOf,
  type SavedOrder,
  type SavedQuery,
  type SharedGroup,
} from '../../saved-queries/saved-query.ts';
import { uuidOf, uuidsOf } from '../admin/ids.ts';
import { defineMutation } from '../admin/mutation.ts';
import { groupBy, loadBatched } from '../batch.ts';
import type { Kit } from '../builder.ts';
import type { Context } from '../context.ts';
import { encodeId } from '../global-id.ts';
import { loadUser } from '../tree/viewer.ts';
import { readAsked, type Asked } from './asked.ts';
import type { RecordEnums } from './record-enums.ts';

type EnumsByDefinition = ReadonlyMap<string, RecordEnums>;

/** V7: queries under a name, of one's own and shared with one's groups. */
export function defineSavedQueries(kit: Kit, enums: EnumsByDefinition): void {
  const { builder } = kit;
  const types = defineTypes(kit, enums);
  builder.queryField('savedQueries', (t) =>
    t.field({
      type: [types.SavedQuery],
      nullable: { list: false, items: false },
      description: 'The viewer’s own queries of a definition and those that are shared with the viewer, by name.',
      args: { definition: t.arg.string({ required: true }) },
      resolve: async (_root, { definition }, { session }) =>
        (await session.query(savedQueriesOf(definition))).map(savedQueryOf),
    }),
  );
  defineChanges(kit, enums, types);
  defineSharing(kit, types);
}

type Types = ReturnType<typeof defineTypes>;

function defineTypes({ builder, types, definitions }: Kit, enums: EnumsByDefinition) {
  const Order = builder.objectRef<SavedOrder>('SavedQueryOrder').implement({
    fields: (t) => ({
      field: t.exposeString('field', { nullable: false, description: 'As `orderBy` of the list takes it: `DUE_AT`.' }),
      direction: t.field({ type: types.OrderDirection, nullable: false, resolve: ({ direction }) => direction }),
    }),
  });
  const OrderInput = builder.inputRef<SavedOrder>('SavedQueryOrderInput').implement({
    fields: (t) => ({
      field: t.string({ required: true }),
      direction: t.field({ type: types.OrderDirection, required: true, defaultValue: 'ASC' }),
    }),
  });
  const Group = builder.objectRef<SharedGroup>('SharedGroup').implement({
    fields: (t) => ({
      id: t.id({ nullable: false, resolve: ({ id }) => encodeId('Group', id) }),
      name: t.exposeString('name', { nullable: false }),
    }),
  });
  const SavedQuery = builder.objectRef<SavedQuery>('SavedQuery').implement({
    description: 'A query under a name (V7). It runs under the rules of whoever runs it.',
    fields: (t) => ({
      id: t.id({ nullable: false, resolve: ({ id }) => encodeId('SavedQuery', id) }),
      definition: t.exposeString('definition', { nullable: false }),
      name: t.exposeString('name', { nullable: false }),
      view: t.exposeString('view'),
      where: t.field({ type: 'JSON', description: 'As `where` of the list takes it.', resolve: ({ where }) => where }),
      orderBy: t.field({
        type: [Order],
        nullable: { list: true, items: false },
        resolve: ({ orderBy }) => orderBy?.slice() ?? null,
      }),
      owner: t.field({
        type: types.User,
        description: 'Who saved it; null for users whom the viewer may not see.',
        resolve: ({ ownerId }, _args, context) => (ownerId === null ? null : loadUser(context, ownerId)),
      }),
      isOwn: t.exposeBoolean('isOwn', { nullable: false }),
      sharedWith: t.field({
        type: [Group],
        nullable: { list: false, items: false },
        description: 'The groups that it is shared with; only its owner learns them.',
        resolve: ({ id }, _args, context) => loadGroups(context, id),
      }),
      problem: t.string({
        description: 'Why it can’t be run any more, for example because a field went away; else null.',
        resolve: (query) => {
          const problems = problemsOf(definitions.get(query.definition), enums, query);
          return problems.length === 0 ? null : problems.map(({ path, message }) => `${path}: ${message}`).join('; ');
        },
      }),
    }),
  });
  return { SavedQuery, OrderInput };
}

async function loadGroups(context: Context, id: string): Promise<SharedGroup[]> {
  const found = await loadBatched<string, SharedGroup[]>(context, 'groupsOfSavedQuery', id, async (ids) => {
    const rows = (await context.session.query(groupsOfSavedQueries(ids))) as unknown as SharedGroup[];
    return groupBy(rows, ({ query }) => query);
  });
  return found ?? [];
}

function problemsOf(definition: ObjectDefinition | undefined, enums: EnumsByDefinition, asked: Asked): Problem[] {
  if (definition === undefined) return [{ path: 'definition', message: 'is no object definition' }];
  const problems: Problem[] = [];
  readAsked(definition, enums.get(definition.name)!, asked, problems);
  return problems;
}

function defineChanges(kit: Kit, enums: EnumsByDefinition, { SavedQuery, OrderInput }: Types): void {
  const check = (definition: string, asked: Asked) => {
    const problems = problemsOf(kit.definitions.get(definition), enums, asked);
    if (problems.length > 0) throw invalid(problems);
  };
  defineMutation(kit, 'createSavedQuery', {
    description: 'Saves a query under a name of the viewer’s own. Guests save none (U4).',
    input: (t) => ({
      definition: t.string({ required: true }),
      name: t.string({ required: true }),
      view: t.string(),
      where: t.field({ type: 'JSON', description: 'As `where` of the list takes it.' }),
      orderBy: t.field({ type: [OrderInput] }),
    }),
    payload: { savedQuery: SavedQuery },
    async resolve({ definition, where, ...input }, context) {
      const query = { ...input, where: whereOf(where) };
      check(definition, query);
      return { savedQuery: await createSavedQuery(context, definition, query) };
    },
  });
  defineMutation(kit, 'updateSavedQuery', {
    description: 'Changes what is given of a query of the viewer’s own; null takes a part away.',
    input: (t) => ({
      id: t.id({ required: true }),
      name: t.string(),
      view: t.string(),
      where: t.field({ type: 'JSON' }),
      orderBy: t.field({ type: [OrderInput] }),
    }),
    payload: { savedQuery: SavedQuery },
    async resolve({ id, name, where, ...parts }, context) {
      const before = await findSavedQuery(context, id);
      const given = Object.fromEntries(Object.entries(parts).filter(([, value]) => value !== undefined));
      const query = {
        ...before,
        ...given,
        name: name ?? before.name,
        where: where === undefined ? before.where : whereOf(where),
      };
      check(before.definition, query);
      return { savedQuery: await updateSavedQuery(context, before.id, query) };
    },
  });
  defineMutation(kit, 'deleteSavedQuery', {
    description: 'Deletes a query of the viewer’s own, for everybody whom it was shared with too.',
    input: (t) => ({ id: t.id({ required: true }) }),
    payload: { deletedId: 'ID' },
    async resolve({ id }, context) {
      await deleteSavedQuery(context, uuidOf('SavedQuery', id, 'id'));
      return { deletedId: id };
    },
  });
}

function defineSharing(kit: Kit, { SavedQuery }: Types): void {
  const sharing = (name: string, description: string, work: typeof shareSavedQuery) => {
    defineMutation(kit, name, {
      description,
      input: (t) => ({ id: t.id({ required: true }), groups: t.idList({ required: true }) }),
      payload: { savedQuery: SavedQuery },
      resolve: async ({ id, groups }, context) => ({
        savedQuery: await work(context, uuidOf('SavedQuery', id, 'id'), uuidsOf('Group', groups, 'groups')),
      }),
    });
  };
  sharing(
    'shareSavedQuery',
    'Shares a query of the viewer’s own with groups that the viewer may see.',
    shareSavedQuery,
  );
  sharing('unshareSavedQuery', 'Takes a query of the viewer’s own back from groups.', unshareSavedQuery);
}

/** A condition is an object; anything else that JSON can say is none. */
function whereOf(where: unknown): Record<string, unknown> | null {
  if (where == null) return null;
  if (typeof where !== 'object' || Array.isArray(where))
    throw invalid([{ path: 'where', message: 'must be an object, as `where` of the list takes it' }]);
  return where as Record<string, unknown>;
}

async function findSavedQuery({ session }: Context, id: string): Promise<SavedQuery> {
  const [row] = await session.query(savedQueryById(uuidOf('SavedQuery', id, 'id')));
  if (row === undefined) throw noSuchQuery();
  return savedQueryOf(row);
}
