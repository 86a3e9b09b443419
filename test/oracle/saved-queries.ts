import { list } from './lists.ts';
import { verdict, type Refusal, type Verdict } from './verdict.ts';
import { groupsOf, isGuest, isViewer, seesPrincipal } from './viewers.ts';
import { ANONYMOUS, type Id, type Item, type SavedQuery, type World } from './world.ts';

/** V7: one's own, and those that are shared with one of one's groups. */
export function visibleQueries(world: World, viewer: Id): SavedQuery[] {
  const groups = groupsOf(world, viewer);
  return isViewer(world, viewer)
    ? world.savedQueries.filter(({ owner, sharedWith }) => owner === viewer || sharedWith.some((id) => groups.has(id)))
    : [];
}

/** V7: what a query finds, under the rules of whoever runs it; null for one that the viewer doesn't see (V2). */
export function runQuery(world: World, viewer: Id, id: Id): Item[] | null {
  const query = visibleQueries(world, viewer).find((each) => each.id === id);
  return query === undefined ? null : list(world, viewer, query.definition, query);
}

/** V7, U4. */
export function createQuery(world: World, viewer: Id, query: Omit<SavedQuery, 'owner' | 'sharedWith'>): Verdict {
  const made = { ...query, owner: viewer, sharedWith: [] };
  const refusals = [...unlessCreating(world, viewer), ...ifTaken(world, made)];
  return verdict(world, refusals, { ...world, savedQueries: [...world.savedQueries, made] });
}

export function renameQuery(world: World, viewer: Id, id: Id, name: string): Verdict {
  return change(world, viewer, id, (query) => ({
    refusals: [...unlessCreating(world, viewer), ...ifTaken(world, { ...query, name })],
    after: { ...query, name },
  }));
}

export function deleteQuery(world: World, viewer: Id, id: Id): Verdict {
  return change(world, viewer, id, () => ({ refusals: [], after: null }));
}

/** U3: with a group that the owner sees. Twice is once. */
export function shareQuery(world: World, viewer: Id, id: Id, group: Id): Verdict {
  return change(world, viewer, id, (query) => ({
    refusals: [
      ...unlessCreating(world, viewer),
      ...(seesPrincipal(world, viewer, { group }) ? [] : (['NOT_FOUND'] as const)),
    ],
    after: { ...query, sharedWith: [...new Set([...query.sharedWith, group])] },
  }));
}

export function unshareQuery(world: World, viewer: Id, id: Id, group: Id): Verdict {
  return change(world, viewer, id, (query) => ({
    refusals: [],
    after: { ...query, sharedWith: query.sharedWith.filter((each) => each !== group) },
  }));
}

function change(
  world: World,
  viewer: Id,
  id: Id,
  judge: (query: SavedQuery) => { refusals: Refusal[]; after: SavedQuery | null },
): Verdict {
  const query = visibleQueries(world, viewer).find((each) => each.id === id);
  if (query === undefined) return verdict(world, ['NOT_FOUND'], world);
  if (query.owner !== viewer) return verdict(world, ['FORBIDDEN'], world);
  const { refusals, after } = judge(query);
  const others = world.savedQueries.filter((each) => each.id !== id);
  return verdict(world, refusals, { ...world, savedQueries: after === null ? others : [...others, after] });
}

function unlessCreating(world: World, viewer: Id): Refusal[] {
  return viewer === ANONYMOUS || !isViewer(world, viewer) || isGuest(world, viewer) ? ['FORBIDDEN'] : [];
}

function ifTaken(world: World, { id, owner, definition, name }: SavedQuery): Refusal[] {
  const isTaken = world.savedQueries.some(
    (each) => each.id !== id && each.owner === owner && each.definition === definition && each.name === name,
  );
  return isTaken ? ['VALIDATION_FAILED'] : [];
}
