import type { ObjectDefinition } from '../compiler/definition.ts';

/** What is wanted of the records of one level: which cells, and what hangs on them. */
export interface Selection {
  readonly definition: ObjectDefinition;
  /** Names of fields, those of the system included (`archive`, `createdAt`, …). The id always comes. */
  readonly cells: Set<string>;
  /** The level of each field, for this viewer (V4). */
  fieldAccess: boolean;
  /** The viewer's abilities on each record (A8, V4). */
  abilities: boolean;
  /** Fields of type `reference` whose targets are read too. */
  readonly references: Set<string>;
  /** What is wanted of the targets, by the name of their definition: all references of a level to one definition are read together. */
  readonly targets: Map<string, Selection>;
  /** Fields of type `user` (and `owner`) whose users are read too. */
  readonly users: Set<string>;
  clients: boolean;
  archives: boolean;
  folders: boolean;
}

export function emptySelection(definition: ObjectDefinition): Selection {
  return {
    definition,
    cells: new Set(),
    fieldAccess: false,
    abilities: false,
    references: new Set(),
    targets: new Map(),
    users: new Set(),
    clients: false,
    archives: false,
    folders: false,
  };
}

/** Postgres searches the orders of no more joins than these; and each is planned anew in every statement that isn't kept. */
const MOST_JOINED = 8;

/** Whether the targets of all references, level after level, are so few kinds that one statement reads them with the records. */
export function isOneStatement(selection: Selection): boolean {
  return referencesIn(selection) <= MOST_JOINED;
}

function referencesIn({ definition, references, targets }: Selection): number {
  let count = 0;
  for (const field of references) {
    count += 1 + referencesIn(targets.get(definition.fields[field]!.to!)!);
    if (count > MOST_JOINED) break;
  }
  return count;
}

/** How many steps of reading it takes at most. */
export function stepsOf(selection: Selection): number {
  if (!isOneStatement(selection)) return levelsOf(selection);
  return hasLinks(selection) ? 2 : 1;
}

/** How many levels it has: the records, what hangs on them, what hangs on that. */
function levelsOf(selection: Selection): number {
  return 1 + Math.max(linksItself(selection) ? 1 : 0, ...[...selection.targets.values()].map(levelsOf));
}

function hasLinks(selection: Selection): boolean {
  return linksItself(selection) || [...selection.targets.values()].some(hasLinks);
}

function linksItself({ users, clients, archives, folders }: Selection): boolean {
  return users.size > 0 || clients || archives || folders;
}
