import { openViewers, type Viewers } from '../../src/access/viewers.ts';
import { viewerTokenKey } from '../../src/database/keys.ts';
import { createDatabase, type TestDatabase } from '../support/database.ts';

/** An internal user. */
export const ben = { id: '01900000-0000-7000-8000-00000000000b' };

/** A database with one workspace, one archive and one plane at most, and viewers on few connections. */
export interface OneWorkspace {
  database: TestDatabase;
  viewers: Viewers;
  workspace: number;
  archive: string;
  /** Gives Everyone the plane, or takes it away: a permission change by SQL. */
  setPlane: (given: boolean) => Promise<number>;
  close: () => Promise<void>;
}

export async function openOneWorkspace(): Promise<OneWorkspace> {
  const database = await createDatabase();
  const { owner } = database;
  await owner.query(`insert into rowplane.users (id, name, role) values ($1, 'ben', 'INTERNAL')`, [ben.id]);
  await owner.query(`insert into rowplane.companies (name) values ('A-GmbH')`);
  const [made] = await owner.query<{ id: number }>(
    `insert into rowplane.workspaces (company_id, name) select id, 'Office' from rowplane.companies returning id`,
  );
  const workspace = made!.id;
  const [root] = await owner.query<{ id: string }>(
    `insert into rowplane.archives (workspace_id, name) values ($1, 'Contracts') returning id`,
    [workspace],
  );
  const viewers = openViewers({ url: database.apiUrl, key: viewerTokenKey(database.secret), readers: 2, lent: 4 });
  return {
    database,
    viewers,
    workspace,
    archive: root!.id,
    async setPlane(given) {
      if (!given) await owner.query('delete from rowplane.plane_groups');
      const [plane] = await owner.query<{ id: number }>(
        `insert into rowplane.planes (workspace_id, name) values ($1, 'Plane') on conflict (workspace_id, name) do update set name = excluded.name returning id`,
        [workspace],
      );
      if (given) {
        await owner.query(
          `insert into rowplane.plane_groups select $1, id from rowplane.groups where builtin = 'EVERYONE' on conflict do nothing`,
          [plane!.id],
        );
      }
      return plane!.id;
    },
    async close() {
      await viewers.end();
      await database.drop();
    },
  };
}
