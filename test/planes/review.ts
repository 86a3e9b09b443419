import { savePlane } from '../../src/administration/compile.ts';
import { applyDefinitions } from '../../src/administration/definitions.ts';
import { makeWorkspace } from '../../src/administration/workspaces.ts';
import type { Condition } from '../../src/compiler/condition/condition.ts';
import {
  choice,
  define,
  integer,
  reference,
  text,
  user,
  type Definitions,
  type DefinitionInput,
} from '../../src/compiler/definition.ts';
import type { DefinitionContent, PlaneContent } from '../../src/compiler/levels.ts';
import { definitionsOf } from '../../src/compiler/load-definitions.ts';
import { connect, transaction, type Queryable } from '../../src/database/queryable.ts';
import { createDatabase, withOwner, withViewer, type TestDatabase } from '../support/database.ts';

export const ANONYMOUS = '00000000-0000-0000-0000-000000000000';

const MATTER: DefinitionInput = {
  name: 'matter',
  plural: 'matters',
  title: 'Matter',
  fields: { name: text({ title: 'Name', unique: true }), state: text({ title: 'State' }) },
  views: { list: { title: 'List', fields: ['name'] } },
  layouts: { edit: { title: 'Edit', edits: ['name', 'state'] } },
};

const DOCUMENT: DefinitionInput = {
  name: 'document',
  plural: 'documents',
  title: 'Document',
  fields: {
    title: text({ title: 'Title' }),
    relevancy: choice({ title: 'Relevancy', choices: { RELEVANT: 'Relevant', PRIVILEGED: 'Privileged' } }),
    notes: text({ title: 'Notes' }),
    pages: integer({ title: 'Pages' }),
    seal: text({ title: 'Seal', readOnly: true }),
    matter: reference({ title: 'Matter', to: 'matter' }),
    related: reference({ title: 'Related document', to: 'document' }),
    reviewer: user({ title: 'Reviewer' }),
  },
  views: {
    titles: { title: 'Titles', fields: ['title'] },
    notes: { title: 'Notes', fields: ['title', 'notes'] },
    matters: { title: 'Matters', fields: ['title', 'matter', 'related'] },
  },
  layouts: {
    first: { title: 'First level', shows: ['title'], edits: ['relevancy'] },
    second: { title: 'Second level', shows: ['title', 'relevancy'], edits: ['notes'] },
    edit: {
      title: 'Everything',
      shows: ['seal'],
      edits: ['title', 'relevancy', 'notes', 'pages', 'matter', 'related', 'reviewer'],
    },
  },
  documentViewers: { image: { title: 'Image', fields: ['pages'] } },
  abilities: { PRINT: { title: 'Print', fields: ['pages'] } },
};

export const DEFINITIONS: Definitions = definitionsOf([define(MATTER), define(DOCUMENT)]);

/** What a plane enables of one definition; nothing else. */
export function enable(parts: Partial<DefinitionContent>): DefinitionContent {
  return { views: [], layouts: [], documentViewers: [], abilities: [], restriction: null, ...parts };
}

export interface Review {
  database: TestDatabase;
  owner: Queryable;
  workspace: number;
  /** The plane *Full access*, which nobody is in. */
  full: number;
  /** An archive with clients off. */
  archive: string;
  user(name: string, role?: string): Promise<string>;
  /** Saves a plane and puts these users into it, alone. */
  plane(name: string, content: PlaneContent, members: readonly string[], id?: number): Promise<number>;
  /** Puts users into a plane, besides those who are in it. */
  join(plane: number, members: readonly string[]): Promise<void>;
  /** Adds a record past all guards and returns its id. */
  record(table: string, values?: Record<string, unknown>, place?: Place): Promise<string>;
  /** Runs SQL as one viewer, in one transaction. */
  as<T>(viewer: string, work: (session: Queryable) => Promise<T>): Promise<T>;
  /** Through the edit door, in one transaction; the ids that were changed. */
  edit(viewer: string, table: string, ids: readonly string[], set: string, versions?: number[]): Promise<string[]>;
  /** A row past all guards. */
  stored(table: string, id: string): Promise<Record<string, unknown>>;
  end(): Promise<void>;
}

export interface Place {
  archive?: string;
  folder?: string;
  client?: string | null;
}

/** A workspace with an archive and no plane but *Full access*, which nobody is in. */
export async function createReview(
  definitions: Definitions = DEFINITIONS,
  settings: Record<string, string> = {},
): Promise<Review> {
  const database = await createDatabase(settings);
  const session = await connect(database.ownerUrl);
  await applyDefinitions(session, definitions);
  const { workspace, full, archive } = await transaction(session, async (owner) => {
    const [company] = await owner.query<{ id: string }>(
      `insert into rowplane.companies (name) values ('B-GmbH') returning id`,
    );
    const made = await makeWorkspace(owner, definitions, { companyId: company!.id, name: 'Review' });
    await owner.query('delete from rowplane.plane_groups');
    const [row] = await owner.query<{ id: string }>(
      `insert into rowplane.archives (workspace_id, name) values ($1, 'Matter 1') returning id`,
      [made.id],
    );
    return { workspace: made.id, full: made.planeId, archive: row!.id };
  });
  await session.end();
  return reviewOf(database, definitions, { workspace, full, archive });
}

function reviewOf(
  database: TestDatabase,
  definitions: Definitions,
  { workspace, full, archive }: { workspace: number; full: number; archive: string },
): Review {
  const { owner } = database;
  const as: Review['as'] = (viewer, work) => withViewer(database, viewer, work, [workspace]);

  async function join(plane: number, members: readonly string[]): Promise<void> {
    const [group] = await owner.query<{ id: string }>(
      'insert into rowplane.groups (name) values (uuidv4()::text) returning id',
    );
    await owner.query('insert into rowplane.plane_groups (plane_id, group_id) values ($1, $2)', [plane, group!.id]);
    for (const member of members)
      await owner.query('insert into rowplane.group_members (group_id, user_id) values ($1, $2)', [group!.id, member]);
  }

  return {
    database,
    owner,
    workspace,
    full,
    archive,
    as,
    join,
    async user(name, role = 'INTERNAL') {
      const [row] = await owner.query<{ id: string }>(
        'insert into rowplane.users (name, role) values ($1, $2) returning id',
        [name, role],
      );
      return row!.id;
    },
    async plane(name, content, members, id) {
      const plane = { workspaceId: workspace, name, content, ...(id === undefined ? {} : { id }) };
      const saved = await withOwner(database, (session) => savePlane(session, definitions, plane));
      for (const statement of saved.afterCommit) await owner.query(statement);
      await owner.query('delete from rowplane.plane_groups where plane_id = $1', [saved.id]);
      await join(saved.id, members);
      return saved.id;
    },
    async record(table, values = {}, { archive: place = archive, folder = place, client = null } = {}) {
      const columns = Object.keys(values).map((column) => `, ${column}`);
      const parameters = Object.keys(values).map((_, index) => `, $${index + 4}`);
      const [row] = await owner.query<{ id: string }>(
        `insert into ws_${workspace}.${table} (archive_id, folder_id, client_id, realm_id${columns.join('')})
         values ($1, $2, $3, rowplane.realm_for($1, $3, $1)${parameters.join('')}) returning id`,
        [place, folder, client, ...Object.values(values)],
      );
      return row!.id;
    },
    edit: (viewer, table, ids, set, versions) =>
      as(viewer, async (session) => {
        await session.query('select rowplane.set_targets($1, $2)', [ids, versions ?? null]);
        await session.query(`update ws_${workspace}_edit.${table} set ${set}`);
        const [row] = await session.query<{ changed: string[] }>('select rowplane.changed_targets() as changed');
        return row!.changed;
      }),
    async stored(table, id) {
      const [row] = await owner.query(`select * from ws_${workspace}.${table} where id = $1`, [id]);
      return row!;
    },
    end: () => database.drop(),
  };
}

/** A restriction, for short. */
export function only(field: string, operator: string, value: unknown = true): Condition {
  return { [field]: { [operator]: value } };
}
