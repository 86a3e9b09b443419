import type { Administration } from '../access/administrators.ts';
import { forEachAt } from './input.ts';
import { blockUser, createUser, type NewUser, unblockUser, type User } from './users.ts';

/** Makes accounts, all or none; a problem names its account: `users[1].email`. */
export function createUsers(a: Administration, users: readonly NewUser[]): Promise<User[]> {
  return forEachAt(users, 'users', (user) => createUser(a, user));
}

/**
 * U7: blocks users until a moment (ISO 8601) or for good, all or none; LOCKED_OUT where no active administrator would be
 * left. Administrators who are among them come last: from then on they administer nothing.
 */
export async function blockUsers(
  a: Administration,
  ids: readonly string[],
  until: string | null = null,
): Promise<User[]> {
  const isOwn = (id: string) => id.toLowerCase() === a.viewer.id;
  let own: User | undefined;
  return forEachAt(
    ids,
    'ids',
    async (id) => (isOwn(id) ? (own ??= await blockUser(a, id, until)) : blockUser(a, id, until)),
    isOwn,
  );
}

export function unblockUsers(a: Administration, ids: readonly string[]): Promise<User[]> {
  return forEachAt(ids, 'ids', (id) => unblockUser(a, id));
}
