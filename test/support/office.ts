import { parse, validate, type ExecutionResult, type GraphQLSchema } from 'graphql';
import type { Knowledge } from '../../src/access/knowledge.ts';
import type { Statement } from '../../src/access/unit.ts';
import { openViewers, type Viewers } from '../../src/access/viewers.ts';
import { applyDefinitions } from '../../src/administration/definitions.ts';
import { savePlane } from '../../src/administration/compile.ts';
import { makeWorkspace } from '../../src/administration/workspaces.ts';
import type { Condition } from '../../src/compiler/condition/condition.ts';
import type { Definitions } from '../../src/compiler/definition.ts';
import type { DefinitionContent } from '../../src/compiler/levels.ts';
import { viewerTokenKey } from '../../src/database/keys.ts';
import { connect, type Queryable } from '../../src/database/queryable.ts';
import { contextFactory, type Context } from '../../src/graphql/context.ts';
import { createSchema } from '../../src/graphql/create-schema.ts';
import { createExecutor, type Executor } from '../../src/graphql/executor/execute.ts';
import { recordId } from '../../src/graphql/global-id.ts';
import { pascalCase } from '../../src/compiler/names.ts';
import { OFFICE_DEFINITIONS } from './office-definitions.ts';
import { createDatabase, withOwner, type TestDatabase } from './database.ts';

export interface Place {
  archive?: string;
  folder?: string;
  client?: string | null;
  owner?: string | null;
}

/** One workspace, as the owner made it. */
export interface OfficeWorkspace {
  id: number;
  /** The plane *Full access*, and who is in it: nobody. */
  full: number;
  archive(name: string, clients?: boolean): Promise<string>;
  folder(parent: string, name: string): Promise<string>;
  client(name: string): Promise<string>;
  /** Saves a plane, and puts users into it, each by a group of their own. */
  plane(
    name: string,
    content: Record<string, Partial<DefinitionContent>>,
    members?: readonly string[],
    id?: number,
  ): Promise<number>;
  join(plane: number, members: readonly string[]): Promise<void>;
  assign(client: string, archive: string, user: string): Promise<void>;
  /** Adds records past all guards, in one statement; returns their ids, ascending in the order given. Keys are columns. */
  records(definition: string, rows: readonly Record<string, unknown>[], place?: Place): Promise<string[]>;
}

export interface Office {
  database: TestDatabase;
  owner: Queryable;
  definitions: Definitions;
  viewers: Viewers;
  schema: GraphQLSchema;
  execute: Executor;
  context(viewer: string): Context;
  user(name: string, role?: string): Promise<string>;
  workspace(name: string): Promise<OfficeWorkspace>;
  /** The statements of each round trip for viewers, those that enter and commit apart. */
  roundTrips: string[][];
  /** Called after each round trip of a snapshot, to let something happen in between. */
  betweenSteps: (() => Promise<void>) | null;
  /** What clients were told of as INTERNAL, without details. */
  unexpected: unknown[];
  /** While true, every viewer is read for as if seeing much: from indexes in order instead of realm by realm. */
  seesMuch: boolean;
  /** Runs an operation as a viewer; fails if it isn't valid. */
  graphql(viewer: string, source: string, variables?: Record<string, unknown>): Promise<ExecutionResult>;
  /** Its data; fails if there are errors. */
  data<T = Record<string, never>>(viewer: string, source: string, variables?: Record<string, unknown>): Promise<T>;
  idOf(definition: string, workspace: OfficeWorkspace, id: string): string;
  end(): Promise<void>;
}

/** Opens an office: a database of its own, the real compiler, reader and schema. It has no workspace yet. */
export async function openOffice(
  definitions: Definitions = OFFICE_DEFINITIONS,
  database?: TestDatabase,
): Promise<Office> {
  return openOfficeIn(database ?? (await createDatabase()), definitions);
}

async function openOfficeIn(database: TestDatabase, definitions: Definitions): Promise<Office> {
  const { owner, secret } = database;
  const session = await connect(database.ownerUrl);
  await applyDefinitions(session, definitions);
  await session.end();
  const [company] = await owner.query<{ id: string }>(
    `insert into rowplane.companies (name) values ('A-GmbH') returning id`,
  );
  const opened = openViewers({ url: database.apiUrl, key: viewerTokenKey(secret), readers: 2, lent: 3 });
  const viewers = adjusted(opened, () => office);
  const schema = createSchema(definitions);
  const unexpected: unknown[] = [];
  const execute = createExecutor(schema);
  const contextOf = contextFactory({
    viewers,
    administrators: null,
    definitions,
    secret,
    log: (error) => void unexpected.push(error),
  });
  const context = (viewer: string) => contextOf({ id: viewer }, 'test');
  const documents = new Map<string, ReturnType<typeof parse>>();

  async function graphql(
    viewer: string,
    source: string,
    variables: Record<string, unknown> = {},
  ): Promise<ExecutionResult> {
    let document = documents.get(source);
    if (document === undefined) {
      document = parse(source);
      const problems = validate(schema, document);
      if (problems.length > 0) throw new Error(problems.map(({ message }) => message).join('\n'));
      documents.set(source, document);
    }
    return execute({ document, variables, context: context(viewer) });
  }

  const office: Office = {
    database,
    owner,
    definitions,
    seesMuch: false,
    roundTrips: [],
    betweenSteps: null,
    unexpected,
    viewers,
    schema,
    execute,
    context,
    graphql,
    async data<T>(viewer: string, source: string, variables?: Record<string, unknown>) {
      const { data, errors } = await graphql(viewer, source, variables);
      if (errors !== undefined)
        throw new Error(
          errors.map(({ message, extensions }) => `${message} ${JSON.stringify(extensions)}`).join('\n'),
          { cause: unexpected.at(-1) },
        );
      // As it arrives: without getters, shared objects and prototypes.
      return JSON.parse(JSON.stringify(data)) as T;
    },
    async user(name, role = 'INTERNAL') {
      const [row] = await owner.query<{ id: string }>(
        'insert into rowplane.users (name, role) values ($1, $2) returning id',
        [name, role],
      );
      return row!.id;
    },
    async workspace(name) {
      const made = await withOwner(database, (one) =>
        makeWorkspace(one, definitions, { companyId: company!.id, name }),
      );
      await owner.query('delete from rowplane.plane_groups where plane_id = $1', [made.planeId]);
      return workspaceOf(database, definitions, made.id, made.planeId);
    },
    idOf: (definition, workspace, id) => recordId(pascalCase(definition), workspace.id, id),
    async end() {
      await viewers.end();
      await database.drop();
    },
  };
  return office;
}

/** The same viewers, with what a test makes happen to them. */
function adjusted(viewers: Viewers, office: () => Office): Viewers {
  const changed = new WeakMap<Knowledge, Knowledge>();
  const change = (knowledge: Knowledge): Knowledge => {
    if (!office().seesMuch || knowledge.realms === null || knowledge.realms.length === 0) return knowledge;
    const known = changed.get(knowledge) ?? { ...knowledge, realms: null };
    changed.set(knowledge, known);
    return known;
  };
  const changeAll = (all: Map<number, Knowledge>) =>
    new Map([...all].map(([workspace, knowledge]) => [workspace, change(knowledge)]));
  const note = (statements: Statement[]): Statement[] => {
    office().roundTrips.push(statements.map(({ text }) => text));
    return statements;
  };
  return {
    ...viewers,
    read: (viewer, workspaces, plan) =>
      viewers.read(viewer, workspaces, (knowledge) => note(plan(changeAll(knowledge)))),
    steps(viewer, workspaces, count, start) {
      if (office().betweenSteps === null) {
        return viewers.steps(viewer, workspaces, count, (knowledge) => {
          const steps = start(changeAll(knowledge));
          note(steps.statements);
          const feed = steps.feed.bind(steps);
          steps.feed = (rows) => {
            feed(rows);
            if (!steps.done) note(steps.statements);
          };
          return steps;
        });
      }
      return viewers.snapshot(viewer, workspaces, async ({ knowledge, run }) => {
        const steps = start(changeAll(knowledge));
        while (!steps.done) {
          steps.feed(await run(steps.statements));
          await office().betweenSteps?.();
        }
        return steps;
      });
    },
    snapshot: (viewer, workspaces, work) =>
      viewers.snapshot(viewer, workspaces, ({ knowledge, run }) =>
        work({
          knowledge: changeAll(knowledge),
          async run(statements) {
            const rows = await run(note(statements));
            await office().betweenSteps?.();
            return rows;
          },
        }),
      ),
  };
}

function workspaceOf(
  database: TestDatabase,
  definitions: Definitions,
  workspace: number,
  full: number,
): OfficeWorkspace {
  const { owner } = database;
  const insert = async (text: string, values: unknown[]): Promise<string> => {
    const [row] = await owner.query<{ id: string }>(`${text} returning id`, values);
    return row!.id;
  };

  async function join(plane: number, members: readonly string[]): Promise<void> {
    for (const member of members) {
      const group = await insert('insert into rowplane.groups (name) values (uuidv4()::text)', []);
      await owner.query('insert into rowplane.plane_groups (plane_id, group_id) values ($1, $2)', [plane, group]);
      await owner.query('insert into rowplane.group_members (group_id, user_id) values ($1, $2)', [group, member]);
    }
  }

  return {
    id: workspace,
    full,
    join,
    archive: (name, clients = false) =>
      insert('insert into rowplane.archives (workspace_id, name, clients_enabled) values ($1, $2, $3)', [
        workspace,
        name,
        clients,
      ]),
    folder: (parent, name) =>
      insert(
        'insert into rowplane.folders (archive_id, parent_id, name) select archive_id, id, $2 from rowplane.folders where id = $1',
        [parent, name],
      ),
    client: (name) => insert('insert into rowplane.clients (workspace_id, name) values ($1, $2)', [workspace, name]),
    async plane(name, parts, members = [], id) {
      const content = Object.fromEntries(
        Object.entries(parts).map(([definition, part]) => [
          definition,
          {
            views: [],
            layouts: [],
            documentViewers: [],
            abilities: [],
            restriction: null as Condition | null,
            ...part,
          },
        ]),
      );
      const plane = { workspaceId: workspace, name, content, ...(id !== undefined && { id }) };
      const saved = await withOwner(database, (session) => savePlane(session, definitions, plane));
      for (const statement of saved.afterCommit) await owner.query(statement);
      await join(saved.id, members);
      return saved.id;
    },
    async assign(client, archive, member) {
      await owner.query(
        'insert into rowplane.client_assignments (workspace_id, client_id, archive_id, user_id) values ($1, $2, $3, $4)',
        [workspace, client, archive, member],
      );
    },
    async records(name, rows, { archive, folder = archive, client = null, owner: person = null } = {}) {
      const { table } = definitions.get(name)!;
      const ids: string[] = [];
      await withOwner(database, async (session) => {
        const [realm] = await session.query<{ id: number }>('select rowplane.realm_for($1, $2, $1) as id', [
          archive,
          client,
        ]);
        for (const row of rows) {
          const given = {
            realm_id: realm!.id,
            archive_id: archive,
            folder_id: folder,
            client_id: client,
            owner_id: person,
            ...row,
          };
          const columns = Object.keys(given);
          const [made] = await session.query<{ id: string }>(
            `insert into ws_${workspace}.${table} (${columns.map((column) => `"${column}"`).join(', ')}) values (${columns.map((_, index) => `$${index + 1}`).join(', ')}) returning id`,
            Object.values(given),
          );
          ids.push(made!.id);
        }
      });
      return ids;
    },
  };
}
