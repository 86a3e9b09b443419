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

/** How many levels it has, each of which is a step of reading: the records, what hangs on them, what hangs on that. */
export function levelsOf({ targets, users, clients, archives, folders }: Selection): number {
  const linked = users.size > 0 || clients || archives || folders ? 1 : 0;
  return 1 + Math.max(linked, ...[...targets.values()].map(levelsOf));
}
