import { savePlane } from '../../src/administration/compile.ts';
import { makeWorkspace } from '../../src/administration/workspaces.ts';
import { applyDefinitions } from '../../src/administration/definitions.ts';
import type { Definitions } from '../../src/compiler/definition.ts';
import { definitionsOf } from '../../src/compiler/load-definitions.ts';
import type { DefinitionContent, PlaneContent } from '../../src/compiler/levels.ts';
import { viewerTokenKey } from '../../src/database/keys.ts';
import { connect, transaction, type Connection, type Queryable } from '../../src/database/queryable.ts';
import { openViewers, type Viewer, type Viewers } from '../../src/access/viewers.ts';
import { createDatabase, type TestDatabase } from '../support/database.ts';
import note from './schema/note.ts';
import paper from './schema/paper.ts';

/** A paper as it is laid into the vault; what is left out is empty. */
export interface Paper {
  id?: string;
  archive: string;
  client?: string | null;
  folder?: string;
  code: string;
  title?: string;
  secret?: string;
  worth?: number;
  pages?: number;
  status?: 'OPEN' | 'CLOSED';
  parent?: string;
  trashed?: boolean;
}

/**
 * A workspace that is worth breaking into. Archive `safe` has the clients `alpha` and `beta`, `cabinet` has none and a
 * folder `drawer`.
 *
 * | viewer | clients | planes |
 * | --- | --- | --- |
 * | keeper | alpha, beta | full |
 * | outsider | alpha | outside: `secret` and `worth` are hidden; CREATE, DELETE |
 * | opener | alpha | open: the same of papers with status OPEN; all abilities |
 * | mixer | alpha | titles (of OPEN papers: `title`, `status` edited) and secrets (of CLOSED papers: `secret` edited) |
 * | nobody | none | none |
 */
export interface Vault {
  database: TestDatabase;
  definitions: Definitions;
  workspace: number;
  owner: Connection;
  viewers: Viewers;
  archives: { safe: string; cabinet: string };
  drawer: string;
  clients: { alpha: string; beta: string };
  people: Record<Person, Viewer>;
  groups: Record<Person, string>;
  planes: Record<PlaneName, number>;
  /** Lays papers into the vault as the owner; resolves to their ids. */
  lay(...papers: Paper[]): Promise<string[]>;
  /** All papers as they stand in the table. */
  papers(): Promise<Record<string, unknown>[]>;
  close(): Promise<void>;
}

export const PEOPLE = ['keeper', 'outsider', 'opener', 'mixer', 'nobody'] as const;
export type Person = (typeof PEOPLE)[number];
type PlaneName = 'full' | 'outside' | 'open' | 'titles' | 'secrets';

const EMPTY: DefinitionContent = { views: [], layouts: [], documentViewers: [], abilities: [], restriction: null };

const PLANES: Record<Exclude<PlaneName, 'full'>, PlaneContent> = {
  outside: {
    paper: { ...EMPTY, views: ['outside'], layouts: ['editOutside'], abilities: ['CREATE', 'DELETE'] },
    note: { ...EMPTY, views: ['all'], layouts: ['edit'], abilities: ['CREATE', 'DELETE', 'MASS_DELETE'] },
  },
  open: {
    paper: {
      ...EMPTY,
      views: ['outside'],
      layouts: ['editOutside'],
      abilities: ['CREATE', 'DELETE', 'MASS_DELETE', 'MASS_UPDATE'],
      restriction: { status: { equals: 'OPEN' } },
    },
  },
  titles: {
    paper: {
      ...EMPTY,
      views: ['titles'],
      layouts: ['editTitle', 'editStatus'],
      restriction: { status: { equals: 'OPEN' } },
    },
  },
  secrets: {
    paper: { ...EMPTY, views: ['secrets'], layouts: ['editSecret'], restriction: { status: { equals: 'CLOSED' } } },
  },
};

const MEMBERS: Record<Person, PlaneName[]> = {
  keeper: ['full'],
  outsider: ['outside'],
  opener: ['open'],
  mixer: ['titles', 'secrets'],
  nobody: [],
};

export async function openVault({ readers, lent }: { readers?: number; lent?: number } = {}): Promise<Vault> {
  const database = await createDatabase();
  const owner = await connect(database.ownerUrl, 'vault');
  const definitions = definitionsOf([paper, note]);
  await applyDefinitions(owner, definitions);
  const [company] = await owner.query<{ id: string }>(
    `insert into rowplane.companies (name) values ('Bank') returning id`,
  );
  const { workspace, planes } = await transaction(owner, (session) => build(session, definitions, company!.id));
  const archives = {
    safe: await insertId(owner, `archives (workspace_id, name, clients_enabled) values (${workspace}, 'Safe', true)`),
    cabinet: await insertId(owner, `archives (workspace_id, name) values (${workspace}, 'Cabinet')`),
  };
  const drawer = await insertId(
    owner,
    `folders (archive_id, parent_id, name) values ('${archives.cabinet}', '${archives.cabinet}', 'Drawer')`,
  );
  const clients = {
    alpha: await insertId(owner, `clients (workspace_id, name) values (${workspace}, 'Alpha')`),
    beta: await insertId(owner, `clients (workspace_id, name) values (${workspace}, 'Beta')`),
  };
  const people = {} as Record<Person, Viewer>;
  const groups = {} as Record<Person, string>;
  for (const name of PEOPLE) {
    const id = await insertId(owner, `users (name, role) values ('${name}', 'INTERNAL')`);
    people[name] = { id };
    groups[name] = await insertId(owner, `groups (name) values ('${name}s')`);
    await owner.query('insert into rowplane.group_members (group_id, user_id) values ($1, $2)', [groups[name], id]);
    for (const plane of MEMBERS[name])
      await owner.query('insert into rowplane.plane_groups (plane_id, group_id) values ($1, $2)', [
        planes[plane],
        groups[name],
      ]);
    const assigned = name === 'keeper' ? ['alpha', 'beta'] : name === 'nobody' ? [] : ['alpha'];
    for (const client of assigned as ('alpha' | 'beta')[])
      await owner.query(
        'insert into rowplane.client_assignments (client_id, archive_id, user_id) values ($1, $2, $3)',
        [clients[client], archives.safe, id],
      );
  }
  const viewers = openViewers({
    url: database.apiUrl,
    key: viewerTokenKey(database.secret),
    ...(readers !== undefined && { readers }),
    ...(lent !== undefined && { lent }),
  });
  const table = `ws_${workspace}.paper`;
  return {
    database,
    definitions,
    workspace,
    owner,
    viewers,
    archives,
    drawer,
    clients,
    people,
    groups,
    planes,
    async lay(...papers) {
      const ids: string[] = [];
      for (const each of papers) ids.push(await lay(owner, table, each));
      return ids;
    },
    papers: () => owner.query(`select * from ${table} order by code`),
    async close() {
      await viewers.end();
      await owner.end();
      await database.drop();
    },
  };
}

async function build(
  session: Queryable,
  definitions: Definitions,
  companyId: string,
): Promise<{ workspace: number; planes: Record<PlaneName, number> }> {
  const { id: workspace, planeId } = await makeWorkspace(session, definitions, { companyId, name: 'Vault' });
  // A9 gives everybody full access; here everybody's planes are their own.
  await session.query('delete from rowplane.plane_groups where plane_id = $1', [planeId]);
  const planes = { full: planeId } as Record<PlaneName, number>;
  for (const name of Object.keys(PLANES) as (keyof typeof PLANES)[]) {
    const saved = await savePlane(session, definitions, { workspaceId: workspace, name, content: PLANES[name] });
    planes[name] = saved.id;
  }
  return { workspace, planes };
}

async function insertId(owner: Queryable, into: string): Promise<string> {
  const [row] = await owner.query<{ id: string }>(`insert into rowplane.${into} returning id`);
  return row!.id;
}

async function lay(owner: Queryable, table: string, paper: Paper): Promise<string> {
  const { archive, client = null, folder = archive, trashed = false } = paper;
  const {
    id = null,
    code,
    title = null,
    secret = null,
    worth = null,
    pages = null,
    status = null,
    parent = null,
  } = paper;
  const [row] = await owner.query<{ id: string }>(
    `insert into ${table} (id, realm_id, archive_id, folder_id, client_id, deleted_at, code, title, secret, worth, pages, status, parent_id)
     select coalesce($1::uuid, uuidv7()), rowplane.realm_for($2, $3, $2), $2, $4, $3, case when $5 then now() end, $6, $7, $8, $9, $10, $11, $12
     returning id`,
    [id, archive, client, folder, trashed, code, title, secret, worth, pages, status, parent],
  );
  return row!.id;
}
