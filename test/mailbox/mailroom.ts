import { applyRights } from '../../src/administration/apply-rights.ts';
import { applyDefinitions } from '../../src/administration/definitions.ts';
import { savePlane } from '../../src/administration/compile.ts';
import { makeWorkspace } from '../../src/administration/workspaces.ts';
import { choice, define, group, text, user } from '../../src/compiler/definition.ts';
import type { DefinitionContent, PlaneContent } from '../../src/compiler/levels.ts';
import { definitionsOf } from '../../src/compiler/load-definitions.ts';
import { connect, transaction, type Queryable } from '../../src/database/queryable.ts';
import { createDatabase, type TestDatabase, withOwner, withViewer } from '../support/database.ts';
import { RIGHTS } from '../rights/definitions.ts';

const ABILITIES = {
  PLACE_IN_MAILBOX: { title: 'Place in mailbox', fields: ['title'] },
  SEND_PROCESS: { title: 'Send process', fields: ['title'] },
};

/** Letters are everybody's who is in a plane; invoices need a right; memos can't be placed. */
export const DEFINITIONS = definitionsOf([
  define({
    name: 'letter',
    plural: 'letters',
    title: 'Letter',
    fields: {
      title: text({ title: 'Title' }),
      state: choice({ title: 'State', choices: { OPEN: 'Open', DONE: 'Done' } }),
      clerk: user({ title: 'Clerk' }),
      team: group({ title: 'Team' }),
    },
    views: { all: { title: 'All', fields: ['title', 'state', 'clerk', 'team'] } },
    layouts: { edit: { title: 'Edit', edits: ['title', 'state'] } },
    abilities: ABILITIES,
  }),
  define({
    name: 'invoice',
    plural: 'invoices',
    title: 'Invoice',
    right: 'invoices',
    fields: { title: text({ title: 'Title' }) },
    views: { all: { title: 'All', fields: ['title'] } },
    abilities: ABILITIES,
  }),
  define({
    name: 'memo',
    plural: 'memos',
    title: 'Memo',
    fields: { title: text({ title: 'Title' }) },
    views: { all: { title: 'All', fields: ['title'] } },
  }),
]);

export const PLACING = ['PLACE_IN_MAILBOX', 'SEND_PROCESS'];

/** What a plane enables of a definition: everything to see, and these abilities. */
export function showing(parts: Partial<DefinitionContent> = {}): DefinitionContent {
  return { views: ['all'], layouts: [], documentViewers: [], abilities: PLACING, restriction: null, ...parts };
}

export interface Mailroom {
  database: TestDatabase;
  owner: Queryable;
  workspace: number;
  archive: string;
  /** The plane *Full access*, which nobody is in. */
  full: number;
  user(name: string, role?: string, workflow?: boolean): Promise<string>;
  group(members: readonly string[], parent?: string): Promise<string>;
  plane(name: string, content: PlaneContent, groups: readonly string[], id?: number): Promise<number>;
  record(table: string, values?: Record<string, unknown>, place?: RecordPlace): Promise<string>;
  as<T>(viewer: string, work: (session: Queryable) => Promise<T>): Promise<T>;
  /** One function of the database as a viewer: its rows. */
  call<T = Record<string, unknown>>(viewer: string, text: string, values?: unknown[]): Promise<T[]>;
  /** Places a letter; the id of the entry. */
  place(sender: string, record: string, recipient: string, note?: string): Promise<string>;
  /** The ids of the records in somebody's mailbox, the newest first. */
  mailbox(viewer: string): Promise<string[]>;
  undelivered(viewer: string): Promise<string[]>;
  candidates(viewer: string, ids: readonly string[], definition?: string): Promise<string[]>;
  end(): Promise<void>;
}

interface RecordPlace {
  archive?: string;
  folder?: string;
  client?: string | null;
}

/** A workspace with an archive and no plane but *Full access*, which nobody is in. */
export async function openMailroom(): Promise<Mailroom> {
  const database = await createDatabase();
  const { owner } = database;
  const session = await connect(database.ownerUrl);
  await applyRights(session, RIGHTS);
  await applyDefinitions(session, DEFINITIONS);
  const id = async (text: string, values: unknown[]) => (await owner.query<{ id: string }>(text, values))[0]!.id;
  const company = await id(`insert into rowplane.companies (name) values ('A-GmbH') returning id`, []);
  const made = await transaction(session, (work) =>
    makeWorkspace(work, DEFINITIONS, { companyId: company, name: 'Mailroom' }),
  );
  await session.end();
  await owner.query('delete from rowplane.plane_groups');
  const workspace = made.id;
  const archive = await id(`insert into rowplane.archives (workspace_id, name) values ($1, 'Letters') returning id`, [
    workspace,
  ]);
  const room: Mailroom = {
    database,
    owner,
    workspace,
    archive,
    full: made.planeId,
    user: (name, role = 'INTERNAL', workflow = true) =>
      id('insert into rowplane.users (name, role, workflow_access) values ($1, $2, $3) returning id', [
        name,
        role,
        workflow,
      ]),
    async group(members, parent) {
      const made = await id('insert into rowplane.groups (name) values (uuidv4()::text) returning id', []);
      await owner.query('insert into rowplane.group_members (group_id, user_id) select $1, unnest($2::uuid[])', [
        made,
        members,
      ]);
      if (parent) await owner.query('insert into rowplane.group_nesting values ($1, $2)', [parent, made]);
      return made;
    },
    async plane(name, content, groups, existing) {
      const plane = { workspaceId: workspace, name, content, ...(existing === undefined ? {} : { id: existing }) };
      const saved = await withOwner(database, (work) => savePlane(work, DEFINITIONS, plane));
      for (const statement of saved.afterCommit) await owner.query(statement);
      await owner.query('delete from rowplane.plane_groups where plane_id = $1', [saved.id]);
      await owner.query('insert into rowplane.plane_groups (plane_id, group_id) select $1, unnest($2::uuid[])', [
        saved.id,
        groups,
      ]);
      return saved.id;
    },
    record(table, values = {}, { archive: place = archive, folder = place, client = null } = {}) {
      const columns = Object.keys(values).map((column) => `, ${column}`);
      const parameters = Object.keys(values).map((_, index) => `, $${index + 4}`);
      return id(
        `insert into ws_${workspace}.${table} (archive_id, folder_id, client_id, realm_id${columns.join('')})
         values ($1, $2, $3, rowplane.realm_for($1, $3, rowplane.scope_of($1, $2))${parameters.join('')}) returning id`,
        [place, folder, client, ...Object.values(values)],
      );
    },
    as: (viewer, work) => withViewer(database, viewer, work, [workspace]),
    call: (viewer, text, values = []) => room.as(viewer, (session) => session.query(text, values)),
    async place(sender, record, recipient, note = 'Please answer') {
      const [entry] = await room.call<{ id: string }>(
        sender,
        'select rowplane.place_in_mailbox($1, $2, $3, $4, $5) as id',
        [workspace, ['letter'], [record], [recipient], note],
      );
      return entry!.id;
    },
    async mailbox(viewer) {
      const rows = await room.call<{ record_id: string }>(viewer, 'select * from rowplane.mailbox($1)', [workspace]);
      return rows.map((row) => row.record_id);
    },
    async undelivered(viewer) {
      const rows = await room.call<{ id: string }>(viewer, 'select * from rowplane.undelivered_mailbox($1)', [
        workspace,
      ]);
      return rows.map((row) => row.id);
    },
    async candidates(viewer, ids, definition = 'letter') {
      const rows = await room.call<{ name: string }>(
        viewer,
        'select name from rowplane.mailbox_candidates($1, $2, $3) order by name',
        [workspace, ids.map(() => definition), ids],
      );
      return rows.map(({ name }) => name);
    },
    end: () => database.drop(),
  };
  return room;
}
