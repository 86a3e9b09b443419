import fc from 'fast-check';
import { createQuery, deleteQuery, renameQuery, shareQuery, unshareQuery } from '../oracle/saved-queries.ts';
import type { Verdict } from '../oracle/verdict.ts';
import { isGuest, isViewer } from '../oracle/viewers.ts';
import { ANONYMOUS, BUILTIN, type Definition, type Id, type SavedQuery, type World } from '../oracle/world.ts';
import { queryOf } from './queries.ts';

/** V7: what a query asks for. */
export type AskedQuery = Pick<SavedQuery, 'definition' | 'view' | 'where' | 'orderBy'>;

/** A change of saved queries that somebody tries. */
export type QueryCommand = { viewer: Id } & (
  | { kind: 'createQuery'; name: string; asked: AskedQuery }
  | { kind: 'renameQuery'; query: Id; name: string }
  | { kind: 'deleteQuery'; query: Id }
  | { kind: 'shareQuery' | 'unshareQuery'; query: Id; group: Id }
);

/** An id that a new query has until the database has given it one. */
export const NEW_QUERY = 'ffffffff-0000-4000-8000-000000000002';

/** A command in numbers, for whatever world it meets, and who looks at the queries afterwards. */
export interface QuerySketch {
  kind: QueryCommand['kind'];
  viewer: number;
  looker: number;
  query: number;
  group: number;
  name: number;
  asked: AskedQuery;
  /** Whether somebody tries it who may, mostly on a query of their own; or anybody, on any. */
  knowing: boolean;
}

export function querySketch(definitions: Record<string, Definition>): fc.Arbitrary<QuerySketch> {
  return fc.record({
    kind: fc.constantFrom(
      ...(['createQuery', 'createQuery', 'shareQuery', 'shareQuery', 'shareQuery'] as const),
      ...(['unshareQuery', 'renameQuery', 'deleteQuery'] as const),
    ),
    viewer: fc.nat(5),
    looker: fc.nat(5),
    query: fc.nat(5),
    group: fc.nat(9),
    name: fc.nat(2),
    asked: askedQuery(definitions),
    knowing: fc.nat(3).map((roll) => roll > 0),
  });
}

function askedQuery(definitions: Record<string, Definition>): fc.Arbitrary<AskedQuery> {
  return queryOf(definitions).map(({ definition, view, where, orderBy }) => ({ definition, view, where, orderBy }));
}

/** Queries that a world begins with, as far as it has the users and groups. */
export interface SavedSketch {
  owner: number;
  asked: AskedQuery;
  groups: number[];
}

export function savedSketch(definitions: Record<string, Definition>): fc.Arbitrary<SavedSketch[]> {
  const one = fc.record({
    owner: fc.nat(3),
    asked: askedQuery(definitions),
    groups: fc.array(fc.nat(9), { maxLength: 2 }),
  });
  return fc.array(one, { maxLength: 2 });
}

/** The command that a sketch means in a world; null where there is no query yet. */
export function queryCommandIn(world: World, sketch: QuerySketch): QueryCommand | null {
  const { kind, knowing, asked } = sketch;
  const name = `query${String(sketch.name)}`;
  const everybody = [...world.users.map(({ id }) => id), ANONYMOUS];
  if (kind === 'createQuery') {
    const able = world.users.map(({ id }) => id).filter((id) => isViewer(world, id) && !isGuest(world, id));
    return { viewer: at(knowing && able.length > 0 ? able : everybody, sketch.viewer), kind, name, asked };
  }
  if (world.savedQueries.length === 0) return null;
  const { id: query, owner } = at(world.savedQueries, sketch.query);
  const viewer = knowing ? owner : at(everybody, sketch.viewer);
  if (kind === 'renameQuery') return { viewer, kind, query, name };
  if (kind === 'deleteQuery') return { viewer, kind, query };
  const groups = [...world.groups.map(({ id }) => id), ...BUILTIN];
  return { viewer, kind, query, group: at(groups, sketch.group) };
}

/** Who looks at the queries after a command. */
export function lookerIn(world: World, { looker }: QuerySketch): Id {
  return at([...world.users.map(({ id }) => id), ANONYMOUS], looker);
}

function at<T>(list: readonly T[], number: number): T {
  return list[number % list.length]!;
}

/** What the oracle says of it. */
export function judgeQuery(world: World, command: QueryCommand): Verdict {
  const { viewer } = command;
  switch (command.kind) {
    case 'createQuery':
      return createQuery(world, viewer, { ...command.asked, id: NEW_QUERY, name: command.name });
    case 'renameQuery':
      return renameQuery(world, viewer, command.query, command.name);
    case 'deleteQuery':
      return deleteQuery(world, viewer, command.query);
    case 'shareQuery':
      return shareQuery(world, viewer, command.query, command.group);
    case 'unshareQuery':
      return unshareQuery(world, viewer, command.query, command.group);
  }
}
