import {
  find,
  newArchiveEntries,
  newWorkspaceEntries,
  type Condition,
  type Definition,
  type Folder,
  type Id,
  type Item,
  type Plane,
  type Profile,
  type User,
  type Value,
  type World,
} from './world.ts';

/** Makes a world by hand, for examples: one workspace, where what isn't said is as it is when new. */
export interface Sketch {
  /** The name of the workspace. Default: office. */
  workspace?: string;
  /** The name of its company. Default: company. */
  company?: string;
  definitions: Record<string, Definition>;
  users?: Record<string, User['role'] | Partial<User>>;
  /** Group name → names of its members (users) and of its subgroups (groups). */
  groups?: Record<string, string[]>;
  /** Archive name → whether clients are on. */
  archives?: Record<string, boolean>;
  /** Client names. */
  clients?: string[];
  /** [client, archive, user or group] */
  assignments?: [string, string, string][];
  applications?: World['applications'];
  /** Profile name → its application and levels. */
  profiles?: Record<string, Omit<Profile, 'id'>>;
  /** Rights role → its profiles. */
  rightsRoles?: Record<string, string[]>;
  /** [user, company, profile or rights role] */
  rightsAssignments?: [string, string, string][];
  functionEntries?: World['functionEntries'];
  /** Who has locked the workspace. */
  lockedBy?: string;
  planes?: Record<string, PlaneSketch>;
  /** Folder → the archive or folder that it is in. */
  folders?: Record<string, string>;
  entries?: World['entries'];
  /** Objects that break inheritance, without copies. */
  breaks?: string[];
  /** Record id → what it is. */
  items?: Record<string, ItemSketch>;
  savedQueries?: World['savedQueries'];
}

export type PlaneSketch = { groups: string[]; full?: true } & Record<string, unknown>;

export interface ItemSketch {
  definition: string;
  archive?: string;
  folder?: string;
  client?: string;
  owner?: string;
  trashed?: boolean;
  version?: number;
  values?: Record<string, Value>;
}

interface ContentSketch {
  views?: string[];
  layouts?: string[];
  documentViewers?: string[];
  abilities?: string[];
  restriction?: Condition;
}

const NOW = '2026-06-01T12:00:00.000Z';

export function smallWorld(sketch: Sketch): World {
  const { workspace = 'office', company = 'company', applications = {} } = sketch;
  const archives = Object.entries(sketch.archives ?? { files: false }).map(([id, clientsEnabled]) => ({
    id,
    workspace,
    clientsEnabled,
  }));
  const groupNames = Object.keys(sketch.groups ?? {});
  const links = Object.entries(sketch.groups ?? {}).flatMap(([group, inside]) =>
    inside.map((name) => [group, name] as const),
  );
  return {
    now: NOW,
    definitions: sketch.definitions,
    users: Object.entries(sketch.users ?? {}).map(([id, user]) => ({
      id,
      name: id,
      active: true,
      blockedUntil: null,
      role: 'INTERNAL',
      ...(typeof user === 'string' ? { role: user } : user),
    })),
    groups: groupNames.map((id) => ({ id, name: id })),
    nesting: links.filter(([, name]) => groupNames.includes(name)).map(([parent, child]) => ({ parent, child })),
    members: links.filter(([, name]) => !groupNames.includes(name)).map(([group, user]) => ({ group, user })),
    companies: [{ id: company }],
    applications,
    profiles: Object.entries(sketch.profiles ?? {}).map(([id, profile]) => ({ id, ...profile })),
    rightsRoles: Object.entries(sketch.rightsRoles ?? {}).map(([id, profiles]) => ({ id, profiles })),
    rightsAssignments: (sketch.rightsAssignments ?? []).map(([user, where, name]) => ({
      user,
      company: where,
      given: name in (sketch.profiles ?? {}) ? { profile: name } : { rightsRole: name },
    })),
    workspaces: [{ id: workspace, company }],
    functionEntries: sketch.functionEntries ?? newWorkspaceEntries(workspace),
    locks: sketch.lockedBy === undefined ? [] : [{ workspace, holder: sketch.lockedBy }],
    archives,
    folders: foldersOf(archives, sketch.folders ?? {}),
    clients: (sketch.clients ?? []).map((id) => ({ id, workspace, name: id })),
    assignments: (sketch.assignments ?? []).map(([client, archive, name]) => ({
      client,
      archive,
      principal: name in (sketch.users ?? {}) ? { user: name } : { group: name },
    })),
    planes: Object.entries(sketch.planes ?? {}).map(([id, plane]) => planeOf(id, workspace, plane)),
    planeGroups: Object.entries(sketch.planes ?? {}).flatMap(([plane, { groups }]) =>
      groups.map((group) => ({ plane, group })),
    ),
    entries: sketch.entries ?? archives.flatMap(({ id }) => newArchiveEntries(id)),
    breaks: sketch.breaks ?? [],
    items: Object.entries(sketch.items ?? {}).map(([id, item]) =>
      itemOf(sketch.definitions, archives[0]!.id, id, item),
    ),
    savedQueries: sketch.savedQueries ?? [],
  };
}

/** A folder comes after the one that it is in. */
function foldersOf(archives: World['archives'], parents: Record<string, string>): Folder[] {
  const folders = archives.map(({ id }): Folder => ({ id, archive: id, parent: null, name: id, trashedWith: null }));
  for (const [id, parent] of Object.entries(parents)) {
    const { archive } = find(folders, parent);
    folders.push({ id, archive, parent, name: id, trashedWith: null });
  }
  return folders;
}

function planeOf(id: Id, workspace: Id, { groups: _groups, full, ...definitions }: PlaneSketch): Plane {
  const content = Object.entries(definitions).map(([name, value]) => {
    const {
      views = [],
      layouts = [],
      documentViewers = [],
      abilities = [],
      restriction = null,
    } = value as ContentSketch;
    return [name, { views, layouts, documentViewers, abilities, restriction }] as const;
  });
  return { id, workspace, full: full ?? false, content: Object.fromEntries(content) };
}

function itemOf(definitions: Record<string, Definition>, firstArchive: Id, id: Id, item: ItemSketch): Item {
  const archive = item.archive ?? firstArchive;
  const empty = Object.fromEntries(Object.keys(definitions[item.definition]!.fields).map((field) => [field, null]));
  return {
    id,
    definition: item.definition,
    archive,
    folder: item.folder ?? archive,
    client: item.client ?? null,
    owner: item.owner ?? null,
    version: item.version ?? 1,
    createdAt: NOW,
    updatedAt: NOW,
    trashed: item.trashed ?? false,
    values: { ...empty, ...item.values },
  };
}
