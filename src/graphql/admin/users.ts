import { listGroupsOf } from '../../administration/group-members.ts';
import { blockUser, createUser, getUser, listUsers, unblockUser, updateUser } from '../../administration/users.ts';
import { encodeId } from '../global-id.ts';
import { change, read, readPage } from './administer.ts';
import { uuidOf } from './ids.ts';
import { defineMutation } from './mutation.ts';
import { newUserFields, newUserOf } from './new-user.ts';
import { pageArguments } from './page-arguments.ts';
import type { AdminKit } from './types.ts';
import { defineUserBatches } from './users-many.ts';

export function defineUsers(kit: AdminKit): void {
  const { builder, types, admin } = kit;
  admin.User.implement({
    description: 'The account of a user (U1).',
    fields: (t) => ({
      id: t.id({ nullable: false, resolve: ({ id }) => encodeId('User', id) }),
      name: t.exposeString('name', { nullable: false, description: 'The name to sign in with.' }),
      displayName: t.exposeString('displayName', { nullable: false }),
      email: t.exposeString('email'),
      role: t.field({ type: types.UserRole, nullable: false, resolve: ({ role }) => role }),
      workflowAccess: t.exposeBoolean('workflowAccess', {
        nullable: false,
        description: 'Whether the user has a mailbox (U10).',
      }),
      service: t.exposeBoolean('service', {
        nullable: false,
        description: 'Whether it is a program’s, which comes with an API key (U11).',
      }),
      blocked: t.exposeBoolean('blocked', { nullable: false, description: 'U7: nothing is visible to the user now.' }),
      blockedUntil: t.field({
        type: 'DateTime',
        description: 'Null while not blocked, and when blocked for good.',
        resolve: ({ blockedUntil }) => blockedUntil,
      }),
      groups: t.field({
        type: [admin.Group],
        nullable: { list: false, items: false },
        description: 'The groups that the user is a direct member of.',
        resolve: ({ id }, _args, context) => read(context, (a) => listGroupsOf(a, id)),
      }),
    }),
  });
  builder.objectFields(admin.Administration, (t) => ({
    users: t.field({
      type: admin.Users,
      nullable: false,
      args: { ...pageArguments(t), role: t.arg({ type: types.UserRole }) },
      resolve: (_, { role, ...page }, context) =>
        readPage(context, page, (a, request) => listUsers(a, { ...request, role })),
    }),
    user: t.field({
      type: admin.User,
      nullable: false,
      args: { id: t.arg.id({ required: true }) },
      resolve: (_, { id }, context) => read(context, (a) => getUser(a, uuidOf('User', id, 'id'))),
    }),
  }));

  defineMutation(kit, 'createUser', {
    description: 'Makes an account.',
    input: newUserFields(types.UserRole),
    payload: { user: admin.User },
    resolve: async (input, context) => ({
      user: await change(context, (a) => createUser(a, newUserOf(input))),
    }),
  });
  defineMutation(kit, 'updateUser', {
    description:
      'Changes what is given. Another role needs a confirmation where it takes someone’s last plane (A9), or the viewer’s own EDIT_PERMISSIONS (P7).',
    input: (t) => ({
      id: t.id({ required: true }),
      name: t.string(),
      role: t.field({ type: types.UserRole }),
      displayName: t.string(),
      email: t.string(),
      workflowAccess: t.boolean(),
      confirm: t.boolean(),
    }),
    payload: { user: admin.User },
    async resolve({ id, confirm, ...input }, context) {
      const user = uuidOf('User', id, 'id');
      return { user: await change(context, (a) => updateUser(a, user, input, confirm ?? false)) };
    },
  });
  defineMutation(kit, 'blockUser', {
    description: 'Blocks a user, until a moment or for good (U7). LOCKED_OUT for the last active administrator.',
    input: (t) => ({
      id: t.id({ required: true }),
      until: t.field({ type: 'DateTime', description: 'Left out: for good.' }),
    }),
    payload: { user: admin.User },
    resolve: async ({ id, until }, context) => ({
      user: await change(context, (a) => blockUser(a, uuidOf('User', id, 'id'), until)),
    }),
  });
  defineMutation(kit, 'unblockUser', {
    description: 'Ends a block.',
    input: (t) => ({ id: t.id({ required: true }) }),
    payload: { user: admin.User },
    resolve: async ({ id }, context) => ({
      user: await change(context, (a) => unblockUser(a, uuidOf('User', id, 'id'))),
    }),
  });
  defineUserBatches(kit);
}
