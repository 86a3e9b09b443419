import type { Definitions } from '../compiler/definition.ts';
import { pascalCase } from '../compiler/names.ts';
import { readRecords } from '../reader/read-records.ts';
import type { RecordNode } from '../reader/record-node.ts';
import { emptySelection, stepsOf, type Selection } from '../reader/selection.ts';
import type { Kit } from './builder.ts';
import type { Context } from './context.ts';
import { rootField, type PreparedRead } from './describe.ts';
import { decodeId, type GlobalId } from './global-id.ts';

/** What is wanted of the records behind ids, by type name: only the ids say which types there are. */
export type NodeWants = Map<string, Selection>;

export function noWants(definitions: Definitions): NodeWants {
  return new Map([...definitions.values()].map((each) => [pascalCase(each.name), emptySelection(each)]));
}

export const wantsOf = (wants: NodeWants, type: string): Selection | undefined => wants.get(type);

/** `node(id)` and `nodes(ids)` (Relay): anything with a global id that the viewer sees. */
export function defineNode(kit: Kit): void {
  const { builder, types, definitions } = kit;
  types.Node.implement({
    description: 'An object with a global id.',
    fields: (t) => ({ id: t.id({ nullable: false, resolve: () => '' }) }),
    resolveType: (value) =>
      'place' in value ? pascalCase((value as RecordNode).place.selection.definition.name) : types.typeNames.get(value),
  });

  const target = (): NodeWants => noWants(definitions);
  const into = wantsOf;

  /** Objects that aren't records read for themselves, on the same snapshot. */
  async function loadOther({ type, parts }: GlobalId, context: Context): Promise<object | null> {
    const object = (await types.loaders.get(type)?.(parts, context)) ?? null;
    if (object !== null) types.typeNames.set(object, type);
    return object;
  }

  function readAll(ids: readonly string[], wants: NodeWants, context: Context): PreparedRead {
    const decoded = ids.map(decodeId);
    const requests = new Map<string, { workspace: number; ids: string[]; selection: Selection }>();
    for (const id of decoded) {
      const selection = id && id.parts.length === 2 ? wants.get(id.type) : undefined;
      if (!id || !selection) continue;
      const key = `${id.type}:${id.parts[0]}`;
      const request = requests.get(key) ?? { workspace: Number(id.parts[0]), ids: [], selection };
      requests.set(key, request);
      request.ids.push(id.parts[1]!);
    }
    const workspaces = [...new Set([...requests.values()].map(({ workspace }) => workspace))];
    return {
      // Ids may name any workspaces: with more than one, look only into those that the viewer sees.
      scope: workspaces.length > 1 ? 'everywhere' : { workspaces },
      steps: Math.max(...[...wants.values()].map(stepsOf)),
      asks: decoded.some((id) => id?.parts.length === 1),
      start: (knowledge) => readRecords([...requests.values()], knowledge),
      finish: (found: Map<string, RecordNode>[]) => {
        const places = new Map([...requests.keys()].map((key, index) => [key, found[index]!]));
        return decoded.map((id) => {
          if (id === null) return null;
          if (id.parts.length === 1) return loadOther(id, context);
          return places.get(`${id.type}:${id.parts[0]}`)?.get(id.parts[1]!) ?? null;
        });
      },
    };
  }

  builder.queryField('node', (t) =>
    t.field({
      type: types.Node,
      description: 'The object with this id, or null if there is none that the viewer sees.',
      args: { id: t.arg.id({ required: true }) },
      ...rootField({
        target,
        into,
        read({ id }, wants: NodeWants, context) {
          const prepared = readAll([id as string], wants, context);
          return { ...prepared, finish: (found) => (prepared.finish(found) as unknown[])[0] };
        },
      }),
    }),
  );
  builder.queryField('nodes', (t) =>
    t.field({
      type: [types.Node],
      nullable: { list: false, items: true },
      description: 'The objects with these ids, in their order; null for those that the viewer does not see.',
      args: { ids: t.arg.idList({ required: true }) },
      ...rootField({
        target,
        into,
        read: ({ ids }, wants: NodeWants, context) => readAll(ids as string[], wants, context),
      }),
    }),
  );
}
