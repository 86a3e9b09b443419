import { ANONYMOUS, type Id, type Permission, type Principal, type Role, type World } from './world.ts';

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
function isDenied(world: World, viewer: Id, principal: Principal): boolean {
  return ('group' in principal && principal.group === 'EVERYONE') || isGiven(world, viewer, principal);
}

/** P4 at the archive's root: a DENY that reaches the viewer wins, else an ALLOW, else no. */
function isAllowed(world: World, viewer: Id, archive: Id, permission: Permission): boolean {
  const entries = world.entries.filter((entry) => entry.archive === archive && entry.permission === permission);
  if (entries.some(({ decision, principal }) => decision === 'DENY' && isDenied(world, viewer, principal)))
    return false;
  return entries.some(({ decision, principal }) => decision === 'ALLOW' && isGiven(world, viewer, principal));
}

/** P8: what a permission is worth. Without VIEW nothing; CREATE and DELETE also need EDIT on the folder. */
export function may(world: World, viewer: Id, archive: Id, permission: Permission): boolean {
  const needed: Record<Permission, Permission[]> = {
    VIEW: ['VIEW'],
    EDIT: ['VIEW', 'EDIT'],
    CREATE: ['VIEW', 'EDIT', 'CREATE'],
    DELETE: ['VIEW', 'EDIT', 'DELETE'],
  };
  if (!isViewer(world, viewer) || (permission === 'CREATE' && isGuest(world, viewer))) return false;
  return needed[permission].every((each) => isAllowed(world, viewer, archive, each));
}

/** U4: guests create nothing. */
function isGuest(world: World, viewer: Id): boolean {
  return world.users.some(({ id, role }) => id === viewer && role === 'GUEST');
}

/** U3: who sees whom. Built-in groups make nobody visible. */
export function seesUser(world: World, viewer: Id, user: Id): boolean {
  const role = world.users.find(({ id }) => id === viewer)?.role;
  if (!isViewer(world, viewer) || role === undefined || !world.users.some(({ id }) => id === user)) return false;
  if (viewer === user || role === 'ADMINISTRATOR' || role === 'INTERNAL') return true;
  if (role === 'GUEST') return false;
  const isIn = (group: Id, who: Id) => world.members.some((member) => member.group === group && member.user === who);
  return world.groups.some(({ id }) => isIn(id, viewer) && isIn(id, user));
}

/** C4, C7: the clients that the viewer is assigned to in the archive, in the order of their names. */
export function clientsOf(world: World, viewer: Id, archive: Id): Id[] {
  const assigned = world.assignments.filter(
    (each) => each.archive === archive && isGiven(world, viewer, each.principal),
  );
  const ids = new Set(assigned.map(({ client }) => client));
  return world.clients.filter(({ id }) => ids.has(id)).map(({ id }) => id);
}

/** C1, C5: whether the client layer lets the viewer through to records of `client` in the archive. */
export function passesClient(world: World, viewer: Id, archive: Id, client: Id | null): boolean {
  const { clientsEnabled } = world.archives.find(({ id }) => id === archive)!;
  return !clientsEnabled || (client !== null && clientsOf(world, viewer, archive).includes(client));
}

/** C6, P8: whether the archive and its folders exist for the viewer. */
export function seesArchive(world: World, viewer: Id, archive: Id): boolean {
  const found = world.archives.find(({ id }) => id === archive);
  if (found === undefined || !may(world, viewer, archive, 'VIEW')) return false;
  return !found.clientsEnabled || clientsOf(world, viewer, archive).length > 0;
}

/** A6: the planes of the groups that the viewer belongs to. */
export function planesOf(world: World, viewer: Id): World['planes'] {
  if (!isViewer(world, viewer)) return [];
  const groups = groupsOf(world, viewer);
  const ids = new Set(world.planeGroups.filter(({ group }) => groups.has(group)).map(({ plane }) => plane));
  return world.planes.filter(({ id }) => ids.has(id));
}
