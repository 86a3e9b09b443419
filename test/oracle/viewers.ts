import { ANONYMOUS, type Id, type Principal, type Role, type World } from './world.ts';

/** U1, U7, V1: anonymous or an active account that isn't blocked. */
export function isViewer(world: World, viewer: Id): boolean {
  if (viewer === ANONYMOUS) return true;
  const user = world.users.find(({ id }) => id === viewer);
  if (user === undefined || !user.active) return false;
  return user.blockedUntil === null || (user.blockedUntil !== 'infinity' && user.blockedUntil <= world.now);
}

/** U9: built-in groups by role. What Everyone is given reaches all users but guests; administrators are internals too. */
const BUILTIN_BY_ROLE: Record<Role, readonly string[]> = {
  ADMINISTRATOR: ['EVERYONE', 'ADMINISTRATORS', 'INTERNALS'],
  INTERNAL: ['EVERYONE', 'INTERNALS'],
  EXTERNAL: ['EVERYONE', 'EXTERNALS'],
  GUEST: ['GUESTS'],
};

/** U9: the groups whose planes, clients and ALLOWs the viewer has. A group inherits from its parent groups. */
export function groupsOf(world: World, viewer: Id): Set<Id> {
  const user = world.users.find(({ id }) => id === viewer);
  if (user === undefined) return new Set(viewer === ANONYMOUS ? ['ANONYMOUS'] : []);
  const reached = new Set<Id>(BUILTIN_BY_ROLE[user.role]);
  const waiting = world.members.filter((member) => member.user === viewer).map(({ group }) => group);
  for (let group = waiting.pop(); group !== undefined; group = waiting.pop()) {
    if (reached.has(group)) continue;
    reached.add(group);
    for (const { parent, child } of world.nesting) if (child === group) waiting.push(parent);
  }
  return reached;
}

/** Whether what `principal` is given reaches the viewer. */
export function isGiven(world: World, viewer: Id, principal: Principal): boolean {
  return 'user' in principal ? principal.user === viewer : groupsOf(world, viewer).has(principal.group);
}

/** U9: a DENY to Everyone reaches every viewer, guests and anonymous included. */
export function isDenied(world: World, viewer: Id, principal: Principal): boolean {
  return ('group' in principal && principal.group === 'EVERYONE') || isGiven(world, viewer, principal);
}

/** U4: guests create nothing. */
export function isGuest(world: World, viewer: Id): boolean {
  return world.users.some(({ id, role }) => id === viewer && role === 'GUEST');
}

/** U2: only those run the account, as long as they may look (U7). */
export function isAdministrator(world: World, viewer: Id): boolean {
  return isViewer(world, viewer) && world.users.some(({ id, role }) => id === viewer && role === 'ADMINISTRATOR');
}

/** U3: who sees whom. Built-in groups make nobody visible. */
export function seesUser(world: World, viewer: Id, user: Id): boolean {
  const role = world.users.find(({ id }) => id === viewer)?.role;
  const exists = world.users.some(({ id }) => id === user);
  if (!isViewer(world, viewer) || role === undefined || !exists) return false;
  if (viewer === user || role === 'ADMINISTRATOR' || role === 'INTERNAL') return true;
  if (role === 'GUEST') return false;
  const isIn = (group: Id, who: Id) => world.members.some((member) => member.group === group && member.user === who);
  return world.groups.some(({ id }) => isIn(id, viewer) && isIn(id, user));
}

/** U3: the groups that somebody may see: administrators and internal users all, external users those that they are in. */
export function seesPrincipal(world: World, viewer: Id, principal: Principal): boolean {
  if ('user' in principal) return seesUser(world, viewer, principal.user);
  const role = world.users.find(({ id }) => id === viewer)?.role;
  if (!isViewer(world, viewer) || role === undefined || role === 'GUEST') return false;
  return role !== 'EXTERNAL' || world.members.some(({ group, user }) => group === principal.group && user === viewer);
}
