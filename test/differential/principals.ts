import { encodeId } from '../../src/graphql/global-id.ts';
import { BUILTIN, type Id, type Principal } from '../oracle/world.ts';

const BUILTIN_IDS: Record<string, string> = {
  EVERYONE: 'e1',
  ADMINISTRATORS: 'e2',
  INTERNALS: 'e3',
  EXTERNALS: 'e4',
  GUESTS: 'e5',
  ANONYMOUS: 'e6',
};

/** Built-in groups go by name in a world, and by fixed ids in the database. */
export function storedGroup(group: string): Id {
  const builtin = BUILTIN_IDS[group];
  return builtin === undefined ? group : `00000000-0000-0000-0000-0000000000${builtin}`;
}

const NAMES = new Map<Id, Id>(BUILTIN.map((name) => [storedGroup(name), name]));

/** A group of the database as a world knows it. */
export function groupOfStored(id: Id): Id {
  return NAMES.get(id) ?? id;
}

export function storedPrincipal(principal: Principal): Id {
  return 'user' in principal ? principal.user : storedGroup(principal.group);
}

/** A row's principal as a world has it. */
export function principalOfStored({ user, group }: { user: Id | null; group: Id | null }): Principal {
  return user === null ? { group: groupOfStored(group!) } : { user };
}

export function globalPrincipal(principal: Principal): string {
  return encodeId('user' in principal ? 'User' : 'Group', storedPrincipal(principal));
}

export function principalColumns(principal: Principal): Record<string, string | null> {
  return 'user' in principal
    ? { user_id: principal.user, group_id: null }
    : { user_id: null, group_id: storedGroup(principal.group) };
}
