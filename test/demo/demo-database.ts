import { fileURLToPath } from 'node:url';
import { openViewers, type Viewers } from '../../src/access/viewers.ts';
import { applyRights } from '../../src/administration/apply-rights.ts';
import { applyDefinitions } from '../../src/administration/definitions.ts';
import type { Definitions } from '../../src/compiler/definition.ts';
import { loadDefinitions } from '../../src/compiler/load-definitions.ts';
import { loadRights } from '../../src/compiler/load-rights.ts';
import { viewerTokenKey } from '../../src/database/keys.ts';
import { connect } from '../../src/database/queryable.ts';
import { loadDemo } from '../../src/demo/load-demo.ts';
import { createDatabase, type TestDatabase } from '../support/database.ts';

export interface DemoDatabase {
  database: TestDatabase;
  definitions: Definitions;
  viewers: Viewers;
  /** Ids of users by login name. */
  people: Record<string, string>;
  load(): Promise<boolean>;
  drop(): Promise<void>;
}

/** A database of one's own with the definitions of schema/ and the demo. */
export async function createDemoDatabase(): Promise<DemoDatabase> {
  const database = await createDatabase();
  const schema = fileURLToPath(new URL('../../schema', import.meta.url));
  const definitions = await loadDefinitions(schema);
  const session = await connect(database.ownerUrl, 'test owner');
  await applyRights(session, await loadRights(schema));
  await applyDefinitions(session, definitions);
  await session.end();
  const { ownerUrl, adminUrl, secret } = database;
  const load = () => loadDemo({ ownerUrl, adminUrl, key: viewerTokenKey(secret), definitions });
  await load();
  const users = await database.owner.query<{ name: string; id: string }>('select name, id from rowplane.users');
  const viewers = openViewers({ url: database.apiUrl, key: viewerTokenKey(secret), readers: 1, lent: 2 });
  return {
    database,
    definitions,
    viewers,
    load,
    people: Object.fromEntries(users.map(({ name, id }) => [name, id])),
    drop: async () => {
      await viewers.end();
      await database.drop();
    },
  };
}
