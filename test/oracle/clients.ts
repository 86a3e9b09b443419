import { isGiven } from './viewers.ts';
import { find, type Id, type World } from './world.ts';

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
  const { clientsEnabled } = find(world.archives, archive);
  return !clientsEnabled || (client !== null && clientsOf(world, viewer, archive).includes(client));
}

/** C6: whether the client layer lets the viewer into the archive at all: with clients on, it takes one of them. */
export function entersArchive(world: World, viewer: Id, archive: Id): boolean {
  return !find(world.archives, archive).clientsEnabled || clientsOf(world, viewer, archive).length > 0;
}
