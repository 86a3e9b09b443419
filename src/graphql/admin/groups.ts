import type { Administration } from '../../access/administrators.ts';
import {
  addMembers,
  addSubgroups,
  listMembers,
  listNested,
  removeMembers,
  removeSubgroups,
} from '../../administration/group-members.ts';
import {
  createGroup,
  deleteGroup,
  getGroup,
  type Group,
  listGroups,
  updateGroup,
} from '../../administration/groups.ts';
import { encodeId } from '../global-id.ts';
import { change, read, readPage } from './administer.ts';
import { uuidOf, uuidsOf } from './ids.ts';
import { defineMutation } from './mutation.ts';
import { pageArguments } from './page-arguments.ts';
import type { AdminKit } from './types.ts';

export function defineGroups(kit: AdminKit): void {
  const { builder, admin } = kit;
  admin.Group.implement({
    description: 'A group of users and of other groups, which inherit what it is given (U9).',
    fields: (t) => ({
      id: t.id({ nullable: false, resolve: ({ id }) => encodeId('Group', id) }),
      name: t.exposeString('name', { nullable: false }),
      colour: t.exposeString('colour', { nullable: false, description: '#rrggbb' }),
      builtin: t.exposeString('builtin', {
        description:
          'Which built-in group it is: its members follow from the account roles alone. Null for all others.',
      }),
      members: t.field({
        type: admin.Users,
        nullable: false,
        description: 'Direct members.',
        args: pageArguments(t),
        resolve: ({ id }, page, context) => readPage(context, page, (a, request) => listMembers(a, id, request)),
      }),
      subgroups: t.field({
        type: [admin.Group],
        nullable: { list: false, items: false },
        description: 'The groups right below, which inherit from this one.',
        resolve: ({ id }, _args, context) => read(context, (a) => listNested(a, id, 'children')),
      }),
      parents: t.field({
        type: [admin.Group],
        nullable: { list: false, items: false },
        description: 'The groups right above, which this one inherits from.',
        resolve: ({ id }, _args, context) => read(context, (a) => listNested(a, id, 'parents')),
      }),
    }),
  });
  builder.objectFields(admin.Administration, (t) => ({
    groups: t.field({
      type: admin.Groups,
      nullable: false,
      args: pageArguments(t),
      resolve: (_, page, context) => readPage(context, page, listGroups),
    }),
    group: t.field({
      type: admin.Group,
      nullable: false,
      args: { id: t.arg.id({ required: true }) },
      resolve: (_, { id }, context) => read(context, (a) => getGroup(a, uuidOf('Group', id, 'id'))),
    }),
  }));

  defineMutation(kit, 'createGroup', {
    description: 'Makes a group.',
    input: (t) => ({ name: t.string({ required: true }), colour: t.string() }),
    payload: { group: admin.Group },
    resolve: async (input, context) => ({ group: await change(context, (a) => createGroup(a, input)) }),
  });
  defineMutation(kit, 'updateGroup', {
    description: 'Changes a group’s name or colour.',
    input: (t) => ({ id: t.id({ required: true }), name: t.string(), colour: t.string() }),
    payload: { group: admin.Group },
    resolve: async ({ id, ...input }, context) => ({
      group: await change(context, (a) => updateGroup(a, uuidOf('Group', id, 'id'), input)),
    }),
  });
  defineMutation(kit, 'deleteGroup', {
    description: 'Deletes a group. Without "confirm" it is refused with what its members would lose or gain (U9).',
    input: (t) => ({ id: t.id({ required: true }), confirm: t.boolean() }),
    payload: { deletedId: 'ID' },
    async resolve({ id, confirm }, context) {
      await change(context, (a) => deleteGroup(a, uuidOf('Group', id, 'id'), confirm ?? false));
      return { deletedId: id };
    },
  });
  defineMembership(kit);
}

type Membership = (a: Administration, group: string, ids: string[], confirm: boolean) => Promise<Group>;

/** Members and subgroups come and go in the same way. */
function defineMembership(kit: AdminKit): void {
  const own = 'Needs "confirm" where it takes the viewer’s own EDIT_PERMISSIONS (P7).';
  const confirmed =
    'Needs "confirm" where someone loses the last plane in a workspace (A9), or the viewer their own EDIT_PERMISSIONS (P7).';
  defineLink(kit, 'addGroupMembers', 'User', 'users', addMembers, `Adds users to a group. ${own}`);
  defineLink(
    kit,
    'addSubgroups',
    'Group',
    'subgroups',
    addSubgroups,
    `Puts groups into a group; a cycle is refused. ${own}`,
  );
  defineLink(kit, 'removeGroupMembers', 'User', 'users', removeMembers, `Takes users out of a group. ${confirmed}`);
  defineLink(
    kit,
    'removeSubgroups',
    'Group',
    'subgroups',
    removeSubgroups,
    `Takes groups out of a group. ${confirmed}`,
  );
}

function defineLink(
  kit: AdminKit,
  name: string,
  type: 'User' | 'Group',
  list: 'users' | 'subgroups',
  work: Membership,
  description: string,
): void {
  defineMutation(kit, name, {
    description,
    input: (t) => ({
      group: t.id({ required: true }),
      [list]: t.idList({ required: true }),
      confirm: t.boolean(),
    }),
    payload: { group: kit.admin.Group },
    async resolve(input, context) {
      const given = input as Record<string, unknown> & { group: string; confirm?: boolean | null };
      const group = uuidOf('Group', given.group, 'group');
      const ids = uuidsOf(type, given[list] as string[], list);
      return { group: await change(context, (a) => work(a, group, ids, given.confirm ?? false)) };
    },
  });
}
