import { parse, validate } from 'graphql';
import { afterAll, beforeAll, expect } from 'vitest';
import { type Administration, openAdministrators } from '../../src/access/administrators.ts';
import { openViewers, type Viewers } from '../../src/access/viewers.ts';
import { applyDefinitions } from '../../src/administration/definitions.ts';
import { applyRights } from '../../src/administration/apply-rights.ts';
import { createProfile } from '../../src/administration/profiles.ts';
import { setProfileRights } from '../../src/administration/profile-rights.ts';
import { makeWorkspace } from '../../src/administration/workspaces.ts';
import type { RightLevel } from '../../src/access/knowledge.ts';
import { viewerTokenKey } from '../../src/database/keys.ts';
import { connect, transaction, type Queryable } from '../../src/database/queryable.ts';
import { contextFactory } from '../../src/graphql/context.ts';
import { createSchema } from '../../src/graphql/create-schema.ts';
import { createExecutor } from '../../src/graphql/executor/execute.ts';
import { encodeId, recordId } from '../../src/graphql/global-id.ts';
import { createDatabase, type TestDatabase, withViewer } from '../support/database.ts';
import { DEFINITIONS, RIGHTS } from './definitions.ts';

// eslint-disable-next-line @typescript-eslint/no-explicit-any -- an answer is as deep as what was asked
export type Data = Record<string, any>;

/** A company with a workspace and an archive in which everyone may do everything. */
export interface Place {
  company: string;
  workspace: number;
  plane: number;
  archive: string;
}

export interface World {
  database: TestDatabase;
  owner: Queryable;
  viewers: Viewers;
  ada: string;
  /** A-GmbH and B-GmbH. */
  here: Place;
  there: Place;
  user: (name: string, role?: string) => Promise<string>;
  /** A profile of Finance unless said otherwise, with these levels; its id. */
  profile: (name: string, levels?: Record<string, RightLevel>, application?: string) => Promise<string>;
  assign: (user: string, profile: string, place: Place) => Promise<void>;
  withdraw: (user: string, profile?: string) => Promise<void>;
  /** A record past all guards; its id. */
  record: (definition: string, title: string, place?: Place, cells?: Record<string, unknown>) => Promise<string>;
  /** Runs SQL the way viewers' statements are run. */
  as: <T>(viewer: string, work: (sql: Queryable) => Promise<T>) => Promise<T>;
  /** Runs SQL through a database login of the viewer's own. */
  signedIn: <T>(viewer: string, work: (sql: Queryable) => Promise<T>) => Promise<T>;
  /** Titles that a viewer sees of a definition, in a place, by SQL. */
  titles: (viewer: string, place?: Place, definition?: string) => Promise<string[]>;
  change: <T>(work: (a: Administration) => Promise<T>) => Promise<T>;
  read: <T>(work: (a: Administration) => Promise<T>) => Promise<T>;
  graphql: (viewer: string, source: string, variables?: Data) => Promise<{ data: Data; errors: Data[] }>;
  data: (viewer: string, source: string, variables?: Data) => Promise<Data>;
  idOf: (definition: string, id: string, place?: Place) => string;
  end: () => Promise<void>;
}

export async function openWorld(): Promise<World> {
  const database = await createDatabase();
  const { owner, secret } = database;
  const session = await connect(database.ownerUrl);
  await applyRights(session, RIGHTS);
  await applyDefinitions(session, DEFINITIONS);
  const one = async (into: string, values: unknown[]): Promise<string> =>
    (await owner.query<{ id: string }>(`insert into rowplane.${into} returning id`, values))[0]!.id;
  const user = (name: string, role = 'INTERNAL') => one('users (name, role) values ($1, $2)', [name, role]);
  const ada = await user('ada', 'ADMINISTRATOR');
  const place = async (name: string): Promise<Place> => {
    const company = await one('companies (name) values ($1)', [name]);
    const made = await transaction(session, (inside) =>
      makeWorkspace(inside, DEFINITIONS, { companyId: company, name: `${name} office` }),
    );
    const archive = await one('archives (workspace_id, name) values ($1, $2)', [made.id, 'Desk']);
    return { company, workspace: made.id, plane: made.planeId, archive };
  };
  const here = await place('A-GmbH');
  const there = await place('B-GmbH');
  await session.end();

  const key = viewerTokenKey(secret);
  const administrators = openAdministrators({ url: database.adminUrl, key });
  const viewers = openViewers({ url: database.apiUrl, key });
  const schema = createSchema(DEFINITIONS);
  const execute = createExecutor(schema);
  const contextOf = contextFactory({ viewers, administrators, definitions: DEFINITIONS, secret });

  const world: World = {
    database,
    owner,
    viewers,
    ada,
    here,
    there,
    user,
    profile: (name, levels = {}, application = 'finance') =>
      world.change(async (a) => {
        const { id } = await createProfile(a, { name, application });
        await setProfileRights(
          a,
          id,
          Object.entries(levels).map(([right, level]) => ({ right, level })),
        );
        return id;
      }),
    async assign(person, profile, { company }) {
      await owner.query(
        'insert into rowplane.rights_assignments (user_id, company_id, profile_id) values ($1, $2, $3)',
        [person, company, profile],
      );
    },
    async withdraw(person, profile) {
      await owner.query(
        'delete from rowplane.rights_assignments where user_id = $1 and ($2::uuid is null or profile_id = $2)',
        [person, profile ?? null],
      );
    },
    async record(definition, title, { workspace, archive } = here, cells = {}) {
      const given = { archive_id: archive, folder_id: archive, title, ...cells };
      const columns = Object.keys(given);
      const [row] = await owner.query<{ id: string }>(
        `insert into ws_${workspace}.${definition} (realm_id, ${columns.join(', ')})
         values (rowplane.realm_for($1, null, $1), ${columns.map((_, index) => `$${index + 1}`).join(', ')}) returning id`,
        Object.values(given),
      );
      return row!.id;
    },
    as: (viewer, work) => withViewer(database, viewer, work),
    async signedIn(viewer, work) {
      const login = await connect(await loginUrl(database, viewer));
      try {
        return await transaction(login, work);
      } finally {
        await login.end();
      }
    },
    titles: (viewer, { plane } = here, definition = 'item') =>
      world.as(viewer, async (sql) => {
        const rows = await sql.query<{ title: string }>(`select title from plane_${plane}.${definition} order by 1`);
        return rows.map(({ title }) => title);
      }),
    change: (work) => administrators.change({ id: ada }, work),
    read: (work) => administrators.read({ id: ada }, work),
    async graphql(viewer, source, variables = {}) {
      const document = parse(source);
      expect(validate(schema, document).map(({ message }) => message)).toEqual([]);
      const { data, errors = [] } = await execute({ document, variables, context: contextOf({ id: viewer }, 'test') });
      return {
        data: JSON.parse(JSON.stringify(data ?? null)) as Data,
        errors: errors.map(({ message, extensions }) => ({ message, ...extensions })),
      };
    },
    async data(viewer, source, variables) {
      const { data, errors } = await world.graphql(viewer, source, variables);
      expect(errors).toEqual([]);
      return data;
    },
    idOf: (definition, id, { workspace } = here) =>
      recordId(definition.charAt(0).toUpperCase() + definition.slice(1), workspace, id),
    async end() {
      await viewers.end();
      await administrators.end();
      await database.drop();
    },
  };
  return world;
}

/** A world for the tests of one file. */
export function useWorld(fill: (world: World) => Promise<void> = async () => undefined): () => World {
  let world: World | undefined;
  beforeAll(async () => {
    world = await openWorld();
    await fill(world);
  });
  afterAll(() => world?.end());
  return () => world!;
}

export { encodeId };

/** A login of a person's own, which carries the database's tag and goes with it. */
async function loginUrl({ name, owner, superuserUrl }: TestDatabase, person: string): Promise<string> {
  const role = `login_${name.replace('test_', '')}_${person.replaceAll('-', '').slice(-8)}`;
  const known = await owner.query('select from rowplane.logins where role_name = $1', [role]);
  if (known.length === 0) {
    const superuser = await connect(superuserUrl);
    await superuser.query(`create role ${role} login password 'x' in role rowplane_viewer`);
    await superuser.end();
    await owner.query('insert into rowplane.logins (role_name, user_id) values ($1, $2)', [role, person]);
  }
  const url = new URL(superuserUrl);
  url.username = role;
  url.password = 'x';
  return url.href;
}

/** What a statement ends in: its SQLSTATE and detail, or `done` with the rows that it changed. */
export async function outcome(work: Promise<unknown>): Promise<unknown> {
  return work.then(
    () => 'done',
    (error: Error & { code?: string; detail?: string }) => [error.code, error.detail],
  );
}
