import { z } from 'zod';

/** Users and groups by name, as files list them. */
export const principalsShape = z.strictObject({
  users: z.array(z.string()).default([]),
  groups: z.array(z.string()).default([]),
});

export type Principals = z.output<typeof principalsShape>;

/** `['user', 'ben']`, `['group', 'Everyone']`: the end of a fact's key. */
export function keysOf({ users, groups }: Principals): [kind: string, name: string][] {
  return [
    ...groups.map((name): [string, string] => ['group', name]),
    ...users.map((name): [string, string] => ['user', name]),
  ];
}

/** The other way round; lists that are empty are left out, as files need not say so. */
export function principalsOf(keys: readonly (readonly string[])[]): Partial<Principals> {
  const named = (kind: string): string[] => keys.filter((key) => key[0] === kind).map((key) => key[1]!);
  const [groups, users] = [named('group'), named('user')];
  return { ...(groups.length > 0 && { groups }), ...(users.length > 0 && { users }) };
}
