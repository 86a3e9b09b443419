import { appliedDefinitions } from '../../src/administration/applied-definitions.ts';
import { savePlane } from '../../src/administration/compile.ts';
import { makeWorkspace } from '../../src/administration/workspaces.ts';
import type { PlaneContent } from '../../src/compiler/levels.ts';
import { connect, transaction, type Connection } from '../../src/database/queryable.ts';
import { createDatabase, withViewer, type TestDatabase } from '../support/database.ts';

/** Two workspaces, the first empty, the second with an archive to put records into. */
export interface TwoWorkspaces {
  database: TestDatabase;
  owner: Connection;
  first: number;
  second: number;
  /** The plane *Full access* of the second workspace. */
  fullPlane: number;
  /** Inserts a record into the second workspace as the owner; cells are SQL expressions. */
  insert(table: string, cells: Record<string, string>): Promise<void>;
  savePlane(name: string, content: PlaneContent): Promise<number>;
  /** Runs a query as an internal user who is in the full plane. */
  asViewer(sql: string): Promise<Record<string, unknown>[]>;
  drop(): Promise<void>;
}

/** Prepares a database by `apply`, which applies definitions, and then makes two workspaces of them. */
export async function twoWorkspaces(apply: (owner: Connection) => Promise<unknown>): Promise<TwoWorkspaces> {
  const database = await createDatabase();
  const owner = await connect(database.ownerUrl);
  const one = async <T>(sql: string, values: unknown[] = []) => (await owner.query<T>(sql, values))[0]!;
  await apply(owner);
  const company = await one<{ id: string }>(`insert into rowplane.companies (name) values ('A') returning id`);
  const make = async (name: string) => {
    const definitions = await appliedDefinitions(owner);
    return transaction(owner, () => makeWorkspace(owner, definitions, { companyId: company.id, name }));
  };
  const first = await make('One');
  const second = await make('Two');
  const archive = await one<{ id: string }>(
    `insert into rowplane.archives (workspace_id, name) values ($1, 'Books') returning id`,
    [second.id],
  );
  const realm = await one<{ id: number }>('select rowplane.realm_for($1, null, $1) as id', [archive.id]);
  const viewer = await one<{ id: string }>(
    `insert into rowplane.users (name, display_name, role) values ('vera', 'Vera', 'INTERNAL') returning id`,
  );
  return {
    database,
    owner,
    first: first.id,
    second: second.id,
    fullPlane: second.planeId,
    async insert(table, cells) {
      const all = {
        realm_id: realm.id,
        archive_id: `'${archive.id}'`,
        folder_id: `'${archive.id}'`,
        ...cells,
      };
      await owner.query(
        `insert into ws_${second.id}.${table} (${Object.keys(all).join(', ')}) values (${Object.values(all).join(', ')})`,
      );
    },
    async savePlane(name, content) {
      const definitions = await appliedDefinitions(owner);
      const plane = { workspaceId: second.id, name, content };
      return (await transaction(owner, () => savePlane(owner, definitions, plane))).id;
    },
    asViewer: (sql) => withViewer(database, viewer.id, (session) => session.query(sql), [first.id, second.id]),
    async drop() {
      await owner.end();
      await database.drop();
    },
  };
}
