/**
 * A world: everything that rules C, R, P, A, V and W of docs/model.md speak about, as plain values. The oracle judges worlds; it
 * knows nothing of SQL, of GraphQL, or of any code under src/.
 */
export type Id = string;

/** A stored value. Decimals are strings ('12.50'), dates 'YYYY-MM-DD', date-times ISO strings in UTC with milliseconds. */
export type Value = string | number | boolean | null;

export type FieldType =
  'text' | 'integer' | 'decimal' | 'boolean' | 'date' | 'dateTime' | 'choice' | 'reference' | 'user' | 'group';

export interface Field {
  type: FieldType;
  required?: boolean;
  unique?: boolean;
  readOnly?: boolean;
  /** The definition that a reference points to. */
  to?: string;
  scale?: number;
  choices?: readonly unknown[];
}

/** What the oracle needs of an object definition; the declarations in schema/ fit. */
export interface Definition {
  name: string;
  /** R7: the right that its records need. */
  right?: string;
  fields: Record<string, Field>;
  views: Record<string, { fields: readonly string[]; where?: Condition; orderBy?: readonly Order[] }>;
  layouts: Record<string, { shows: readonly string[]; edits: readonly string[] }>;
  documentViewers: Record<string, { fields: readonly string[] }>;
  abilities: Record<string, { fields: readonly string[] }>;
  /** W7: without fields, of the whole record. */
  freezes?: readonly { when: Condition; fields?: readonly string[] }[];
}

export interface Order {
  field: string;
  direction: 'ASC' | 'DESC';
}

/** A5 in the form of GraphQL input: `{ channel: { equals: 'DESK' } }`, `and`, `or`, `not`; several keys mean `and`. */
export type Condition = Record<string, unknown>;

export type Role = 'ADMINISTRATOR' | 'INTERNAL' | 'EXTERNAL' | 'GUEST';
export const BUILTIN = ['EVERYONE', 'ADMINISTRATORS', 'INTERNALS', 'EXTERNALS', 'GUESTS', 'ANONYMOUS'] as const;
export type Builtin = (typeof BUILTIN)[number];

export const PERMISSIONS = ['VIEW', 'EDIT', 'CREATE', 'DELETE', 'EDIT_PERMISSIONS'] as const;
export type Permission = (typeof PERMISSIONS)[number];
export type Level = 'HIDDEN' | 'READ' | 'EDIT';
export type Principal = { user: Id } | { group: Id };

export const ANONYMOUS: Id = '00000000-0000-0000-0000-000000000000';

export interface User {
  id: Id;
  name: string;
  role: Role;
  active: boolean;
  /** When the block ends; `infinity` for good; null: not blocked. */
  blockedUntil: string | null;
}

/** P2: what an object of the tree says of a principal. An archive's root goes by the archive's id. */
export interface Entry {
  object: Id;
  principal: Principal;
  permission: Permission;
  decision: 'ALLOW' | 'DENY';
  /** P5: made by a break, and unchanged since. */
  copied?: true;
  /** P5: the decision of the object's own that a copied one overrules as long as the break lasts. */
  covers?: 'ALLOW';
}

export interface Folder {
  id: Id;
  archive: Id;
  /** Null for the root, which has the archive's own id. */
  parent: Id | null;
  name: string;
  /** W2: the folder that took it along into the trash, or itself; null: not in the trash. */
  trashedWith: Id | null;
}

export interface DefinitionInPlane {
  views: string[];
  layouts: string[];
  documentViewers: string[];
  abilities: string[];
  restriction: Condition | null;
}

export interface Plane {
  id: Id;
  workspace: Id;
  /** A full plane shows everything that the definitions have; its content doesn't count. */
  full: boolean;
  content: Record<string, DefinitionInPlane>;
}

/** One row of an object definition (`record` in the rules; the name is taken in TypeScript). */
export interface Item {
  id: Id;
  definition: string;
  archive: Id;
  folder: Id;
  client: Id | null;
  owner: Id | null;
  version: number;
  createdAt: string;
  updatedAt: string;
  trashed: boolean;
  /** W2: the folder that took it along into the trash. */
  trashedWith?: Id;
  values: Record<string, Value>;
}

export type RightLevel = 'NONE' | 'DISPLAY' | 'EDIT';

/** R2: a profile has a level for each right of its application; NONE where it says nothing. */
export interface Profile {
  id: Id;
  application: string;
  levels: Record<string, RightLevel>;
}

/** R4: what somebody has in a company. */
export interface RightsAssignment {
  user: Id;
  company: Id;
  given: { profile: Id } | { rightsRole: Id };
}

/** P10: what a workspace says of a principal and a function. */
export interface FunctionEntry {
  workspace: Id;
  function: string;
  principal: Principal;
  decision: 'ALLOW' | 'DENY';
}

/** V7: a query under a name. */
export interface SavedQuery {
  id: Id;
  owner: Id;
  definition: string;
  name: string;
  view?: string | undefined;
  where?: Condition | undefined;
  orderBy?: readonly Order[] | undefined;
  /** Groups, built-in ones too. */
  sharedWith: Id[];
}

export interface World {
  /** The present, for blocks and relative dates. */
  now: string;
  definitions: Record<string, Definition>;
  users: User[];
  /** Groups that people made; the built-in ones are always there, under the names in BUILTIN. */
  groups: { id: Id; name: string }[];
  nesting: { parent: Id; child: Id }[];
  members: { group: Id; user: Id }[];
  companies: { id: Id }[];
  /** R1: the rights of each application; a right may stand in several. */
  applications: Record<string, readonly string[]>;
  profiles: Profile[];
  /** R3. */
  rightsRoles: { id: Id; profiles: Id[] }[];
  rightsAssignments: RightsAssignment[];
  workspaces: { id: Id; company: Id }[];
  /** P10; a new workspace has those of P6. */
  functionEntries: FunctionEntry[];
  /** P11: who keeps a workspace for himself. */
  locks: { workspace: Id; holder: Id }[];
  archives: { id: Id; workspace: Id; clientsEnabled: boolean }[];
  folders: Folder[];
  clients: { id: Id; workspace: Id; name: string }[];
  assignments: { client: Id; archive: Id; principal: Principal }[];
  planes: Plane[];
  planeGroups: { plane: Id; group: Id }[];
  /** P2; a new archive's root has the entries of P6. */
  entries: Entry[];
  /** P5: the objects that inherit nothing. */
  breaks: Id[];
  items: Item[];
  savedQueries: SavedQuery[];
}

/** P6: what a new archive root allows; its creator is nobody here. */
export function newArchiveEntries(archive: Id): Entry[] {
  return PERMISSIONS.map((permission) => ({
    object: archive,
    principal: { group: permission === 'EDIT_PERMISSIONS' ? 'ADMINISTRATORS' : 'EVERYONE' },
    permission,
    decision: 'ALLOW',
  }));
}

/** P6: a new workspace allows Everyone all functions; these are the ones that worlds know. */
export const FUNCTIONS = ['EMPTY_TRASH', 'IMPORT'] as const;

export function newWorkspaceEntries(workspace: Id): FunctionEntry[] {
  return FUNCTIONS.map((name) => ({ workspace, function: name, principal: { group: 'EVERYONE' }, decision: 'ALLOW' }));
}

export function find<T extends { id: Id }>(among: readonly T[], id: Id): T {
  const found = among.find((each) => each.id === id);
  if (found === undefined) throw new Error(`The world has nothing with the id ${id}.`);
  return found;
}
