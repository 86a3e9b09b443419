import type { Escape, Escapes } from '../../administration/plane-escapes.ts';
import { assignPlane, unassignPlane } from '../../administration/plane-groups.ts';
import { createPlane, deletePlane, duplicatePlane, updatePlane } from '../../administration/planes.ts';
import { change } from './administer.ts';
import { numberOf, uuidsOf } from './ids.ts';
import { defineMutation } from './mutation.ts';
import type { AdminKit } from './types.ts';

/** A1, A6, A9, A10. */
export function definePlaneMutations(kit: AdminKit): void {
  const { builder, definitions, admin } = kit;
  const Content = builder.inputType('PlaneContentInput', {
    description: 'What a plane enables of one definition; what is left out is not enabled (A2).',
    fields: (t) => ({
      definition: t.string({ required: true }),
      views: t.stringList(),
      layouts: t.stringList(),
      documentViewers: t.stringList(),
      abilities: t.stringList(),
      restriction: t.field({
        type: 'JSON',
        description: 'Which records to expose, written like `where` in lists; left out: all of them (A5).',
      }),
    }),
  });
  defineMutation(kit, 'createPlane', {
    description: 'Makes a plane and compiles it. Nobody is in it until groups are assigned.',
    input: (t) => ({
      workspace: t.id({ required: true }),
      name: t.string({ required: true }),
      content: t.field({ type: [Content], required: true }),
    }),
    payload: { plane: admin.Plane },
    async resolve({ workspace, name, content }, context) {
      const input = { workspaceId: numberOf('Workspace', workspace, 'workspace'), name, content };
      return { plane: await change(context, (a) => createPlane(a, definitions, input)) };
    },
  });
  defineMutation(kit, 'updatePlane', {
    description: 'Changes a plane’s name or content; new content replaces the old as a whole.',
    input: (t) => ({ id: t.id({ required: true }), name: t.string(), content: t.field({ type: [Content] }) }),
    payload: { plane: admin.Plane },
    async resolve({ id, ...input }, context) {
      const plane = numberOf('Plane', id, 'id');
      return { plane: await change(context, (a) => updatePlane(a, definitions, plane, input)) };
    },
  });
  defineMutation(kit, 'duplicatePlane', {
    description: 'Makes a plane with the same content, assigned to nobody.',
    input: (t) => ({ id: t.id({ required: true }), name: t.string({ required: true }) }),
    payload: { plane: admin.Plane },
    resolve: async ({ id, name }, context) => ({
      plane: await change(context, (a) => duplicatePlane(a, definitions, numberOf('Plane', id, 'id'), name)),
    }),
  });
  defineMutation(kit, 'deletePlane', {
    description: 'Deletes a plane. Needs "confirm" where someone loses the last plane in the workspace (A9).',
    input: (t) => ({ id: t.id({ required: true }), confirm: t.boolean() }),
    payload: { deletedId: 'ID' },
    async resolve({ id, confirm }, context) {
      await change(context, (a) => deletePlane(a, numberOf('Plane', id, 'id'), confirm ?? false));
      return { deletedId: id };
    },
  });
  definePlaneAssignment(kit);
}

function definePlaneAssignment(kit: AdminKit): void {
  const { builder, definitions, admin } = kit;
  const Member = builder.objectRef<Escape>('EscapingMember').implement({
    fields: (t) => ({
      user: t.exposeString('user', { nullable: false, description: 'The user’s name, or "anonymous".' }),
      planes: t.exposeStringList('planes', {
        nullable: { list: false, items: false },
        description: 'The names of the planes that show this member more.',
      }),
    }),
  });
  const PlaneEscapes = builder.objectRef<Escapes>('PlaneEscapes').implement({
    description: 'A9: members whom the plane doesn’t restrict, since planes add up and others show them more.',
    fields: (t) => ({
      count: t.exposeInt('count', { nullable: false }),
      members: t.field({
        type: [Member],
        nullable: { list: false, items: false },
        description: 'At most 50 of them.',
        resolve: ({ members }) => members,
      }),
    }),
  });
  defineMutation(kit, 'assignPlane', {
    description: 'Links groups to a plane, and answers whom it doesn’t restrict all the same (A9).',
    input: (t) => ({ plane: t.id({ required: true }), groups: t.idList({ required: true }) }),
    payload: { plane: admin.Plane, escapes: PlaneEscapes },
    async resolve(input, context) {
      const plane = numberOf('Plane', input.plane, 'plane');
      const groups = uuidsOf('Group', input.groups, 'groups');
      return change(context, (a) => assignPlane(a, definitions, plane, groups));
    },
  });
  defineMutation(kit, 'unassignPlane', {
    description: 'Unlinks groups. Needs "confirm" where someone loses the last plane in the workspace (A9).',
    input: (t) => ({
      plane: t.id({ required: true }),
      groups: t.idList({ required: true }),
      confirm: t.boolean(),
    }),
    payload: { plane: admin.Plane },
    async resolve({ confirm, ...input }, context) {
      const plane = numberOf('Plane', input.plane, 'plane');
      const groups = uuidsOf('Group', input.groups, 'groups');
      return { plane: await change(context, (a) => unassignPlane(a, definitions, plane, groups, confirm ?? false)) };
    },
  });
}
