import { blockUsers, createUsers, unblockUsers } from '../../administration/users-many.ts';
import { change } from './administer.ts';
import { uuidsOf } from './ids.ts';
import { defineMutation } from './mutation.ts';
import { newUserFields, newUserOf } from './new-user.ts';
import type { AdminKit } from './types.ts';

/** Many accounts at once, all or none. */
export function defineUserBatches(kit: AdminKit): void {
  const { builder, types, admin } = kit;
  const NewUser = builder.inputType('NewUserInput', { fields: newUserFields(types.UserRole) });
  defineMutation(kit, 'createUsers', {
    description: 'Makes any number of accounts at once, all or none.',
    input: (t) => ({ users: t.field({ type: [NewUser], required: true }) }),
    payload: { users: [admin.User] },
    async resolve({ users }, context) {
      const made = users.map((user, index) => newUserOf(user, `users[${index}].`));
      return { users: await change(context, (a) => createUsers(a, made)) };
    },
  });
  defineMutation(kit, 'blockUsers', {
    description:
      'Blocks users, until a moment or for good (U7), all or none. LOCKED_OUT where no active administrator would be left.',
    input: (t) => ({
      ids: t.idList({ required: true }),
      until: t.field({ type: 'DateTime', description: 'Left out: for good.' }),
    }),
    payload: { users: [admin.User] },
    resolve: async ({ ids, until }, context) => ({
      users: await change(context, (a) => blockUsers(a, uuidsOf('User', ids, 'ids'), until)),
    }),
  });
  defineMutation(kit, 'unblockUsers', {
    description: 'Ends blocks, all or none.',
    input: (t) => ({ ids: t.idList({ required: true }) }),
    payload: { users: [admin.User] },
    resolve: async ({ ids }, context) => ({
      users: await change(context, (a) => unblockUsers(a, uuidsOf('User', ids, 'ids'))),
    }),
  });
}
