import { listPlaneGroups } from '../../administration/plane-groups.ts';
import { computedFields, getPlane, listPlanes } from '../../administration/planes.ts';
import { getWorkspace } from '../../administration/workspaces.ts';
import type { DefinitionContent, FieldLevel } from '../../compiler/levels.ts';
import { encodeId } from '../global-id.ts';
import { read, readPage } from './administer.ts';
import { numberOf, uuidOf } from './ids.ts';
import { pageArguments } from './page-arguments.ts';
import type { AdminKit } from './types.ts';

/** A1, A2, A11: planes as administrators see them. */
export function definePlanes(kit: AdminKit): void {
  const { builder, definitions, admin } = kit;
  const Content = definePlaneContent(kit);
  const ComputedField = defineComputedField(kit);
  admin.Plane.implement({
    description: 'An access control plane: what some groups may see and do in one workspace.',
    fields: (t) => ({
      id: t.id({ nullable: false, resolve: ({ id }) => encodeId('Plane', id) }),
      name: t.exposeString('name', { nullable: false }),
      workspace: t.field({
        type: admin.Workspace,
        nullable: false,
        resolve: ({ workspaceId }, _args, context) => read(context, (a) => getWorkspace(a, workspaceId)),
      }),
      isFull: t.exposeBoolean('isFull', {
        nullable: false,
        description: 'Shows everything and grows with the definitions; its content can’t be edited.',
      }),
      activeDefinitions: t.exposeStringList('activeDefinitions', {
        nullable: { list: false, items: false },
        description: 'The definitions with at least one view, layout or document viewer enabled (A1).',
      }),
      groupCount: t.exposeInt('groupCount', { nullable: false, description: 'The number of assigned groups (A1).' }),
      groups: t.field({
        type: [admin.Group],
        nullable: { list: false, items: false },
        description: 'The groups that the plane is assigned to (A6).',
        resolve: ({ id }, _args, context) => read(context, (a) => listPlaneGroups(a, id)),
      }),
      content: t.field({
        type: [Content],
        nullable: { list: false, items: false },
        description: 'What is enabled, per definition (A2).',
        resolve: ({ content }) => Object.entries(content).map(([definition, enabled]) => ({ definition, ...enabled })),
      }),
      computedFields: t.field({
        type: [ComputedField],
        nullable: { list: false, items: false },
        description: 'Every field of a definition with its level in the plane, and what it comes from (A11).',
        args: { definition: t.arg.string({ required: true }) },
        resolve: ({ id }, { definition }, context) =>
          read(context, (a) => computedFields(a, definitions, id, definition)),
      }),
    }),
  });
  builder.objectFields(admin.Administration, (t) => ({
    planes: t.field({
      type: admin.Planes,
      nullable: false,
      args: {
        ...pageArguments(t),
        workspace: t.arg.id(),
        group: t.arg.id({ description: 'Only those assigned to it.' }),
      },
      resolve: (_, { workspace, group, ...page }, context) => {
        const filter = {
          workspaceId: workspace == null ? null : numberOf('Workspace', workspace, 'workspace'),
          group: group == null ? null : uuidOf('Group', group, 'group'),
        };
        return readPage(context, page, (a, request) => listPlanes(a, definitions, { ...request, ...filter }));
      },
    }),
    plane: t.field({
      type: admin.Plane,
      nullable: false,
      args: { id: t.arg.id({ required: true }) },
      resolve: (_, { id }, context) => read(context, (a) => getPlane(a, definitions, numberOf('Plane', id, 'id'))),
    }),
  }));
}

function definePlaneContent({ builder }: AdminKit) {
  const names = { nullable: { list: false, items: false } } as const;
  return builder.objectRef<DefinitionContent & { definition: string }>('PlaneContent').implement({
    description: 'What a plane enables of one definition (A2).',
    fields: (t) => ({
      definition: t.exposeString('definition', { nullable: false }),
      views: t.stringList({ ...names, resolve: ({ views }) => [...views] }),
      layouts: t.stringList({ ...names, resolve: ({ layouts }) => [...layouts] }),
      documentViewers: t.stringList({ ...names, resolve: ({ documentViewers }) => [...documentViewers] }),
      abilities: t.stringList({ ...names, resolve: ({ abilities }) => [...abilities] }),
      restriction: t.field({
        type: 'JSON',
        description: 'Which records are exposed, as in `where`; null for all (A5).',
        resolve: ({ restriction }) => restriction,
      }),
    }),
  });
}

const KINDS = { view: 'VIEW', layout: 'LAYOUT', documentViewer: 'DOCUMENT_VIEWER' } as const;

function defineComputedField(kit: AdminKit) {
  const { builder, types, admin } = kit;
  admin.LevelSource.implement({
    description: 'One enabled view, layout or document viewer that gives a field its level.',
    fields: (t) => ({
      kind: t.field({
        type: builder.enumType('LevelSourceKind', { values: Object.values(KINDS) }),
        nullable: false,
        resolve: ({ kind }) => KINDS[kind],
      }),
      name: t.exposeString('name', { nullable: false }),
      level: t.field({ type: types.FieldLevel, nullable: false, resolve: ({ level }) => level }),
    }),
  });
  return builder.objectRef<FieldLevel>('ComputedField').implement({
    description: 'A field with its level in a plane, and what it comes from (A11).',
    fields: (t) => ({
      field: t.exposeString('field', { nullable: false }),
      level: t.field({ type: types.FieldLevel, nullable: false, resolve: ({ level }) => level }),
      sources: t.field({
        type: [admin.LevelSource],
        nullable: { list: false, items: false },
        resolve: ({ sources }) => [...sources],
      }),
    }),
  });
}
