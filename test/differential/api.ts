import { validate, type DocumentNode } from 'graphql';
import { openAdministrators } from '../../src/access/administrators.ts';
import type { Knowledge } from '../../src/access/knowledge.ts';
import { openViewers, type Viewers } from '../../src/access/viewers.ts';
import { viewerTokenKey } from '../../src/database/keys.ts';
import { contextFactory } from '../../src/graphql/context.ts';
import { createSchema } from '../../src/graphql/create-schema.ts';
import { createExecutor } from '../../src/graphql/executor/execute.ts';
import { encodeId, recordId } from '../../src/graphql/global-id.ts';
import { parseWithin } from '../../src/graphql/limits.ts';
import { pascalCase } from '../../src/compiler/names.ts';
import { SYSTEM_FIELDS } from '../oracle/conditions.ts';
import type { Condition, Definition, Field, Id, Item, Value } from '../oracle/world.ts';
import type { Stage } from './stage.ts';

/** An answer; `code` is that of the first error. */
export interface Answer {
  data: Record<string, unknown> | null;
  code: string | null;
  message: string | null;
}

/** The GraphQL API as the server runs it, in this process. */
export interface Api {
  /** Throws if the document doesn't fit the schema, and for every error that clients wouldn't be told of. */
  ask(viewer: Id, source: string, variables: Record<string, unknown>): Promise<Answer>;
  close(): Promise<void>;
}

/**
 * In generated worlds everybody sees few records, and is read for realm by realm. `broad` makes the reader take the viewers for
 * people who see much: a guess that may cost time, but never rows. With `administered`, administrators can change what they run.
 */
export function openApi({ database, definitions }: Stage, { broad = false, administered = false } = {}): Api {
  const key = viewerTokenKey(database.secret);
  // Few connections: on each of them Postgres reads and plans anew whatever a world's planes are asked by.
  const opened = openViewers({ url: database.apiUrl, key, readers: 1, lent: 2 });
  const administrators = administered ? openAdministrators({ url: database.adminUrl, key, connections: 1 }) : null;
  const viewers = broad ? takenForBroad(opened) : opened;
  const schema = createSchema(definitions);
  const execute = createExecutor(schema);
  const failures: unknown[] = [];
  const contextOf = contextFactory({
    viewers,
    administrators,
    definitions,
    secret: database.secret,
    log: (error) => failures.push(error),
  });
  const documents = new Map<string, DocumentNode>();
  const documentOf = (source: string): DocumentNode => {
    let document = documents.get(source);
    if (document === undefined) {
      documents.set(source, (document = parseWithin(source)));
      const [error] = validate(schema, document);
      if (error !== undefined) throw error;
    }
    return document;
  };
  return {
    async ask(viewer, source, variables) {
      const result = await execute({
        document: documentOf(source),
        variables,
        context: contextOf({ id: viewer }, 'test'),
      });
      const failure = failures.shift();
      if (failure !== undefined) throw new Error('The API failed inside.', { cause: failure });
      const [error] = result.errors ?? [];
      const code = error === undefined ? null : String(error.extensions.code);
      // Through JSON: what a client gets has no prototypes.
      return {
        data: JSON.parse(JSON.stringify(result.data ?? null)) as Answer['data'],
        code,
        message: error?.message ?? null,
      };
    },
    async close() {
      await viewers.end();
      await administrators?.end();
    },
  };
}

function takenForBroad(viewers: Viewers): Viewers {
  const broad = (knowledge: ReadonlyMap<number, Knowledge>) =>
    new Map([...knowledge].map(([workspace, each]) => [workspace, { ...each, realms: null }]));
  return {
    ...viewers,
    read: (viewer, workspaces, plan) => viewers.read(viewer, workspaces, (knowledge) => plan(broad(knowledge))),
    snapshot: (viewer, workspaces, work) =>
      viewers.snapshot(viewer, workspaces, (snapshot) => work({ ...snapshot, knowledge: broad(snapshot.knowledge) })),
  };
}

/** The global id of a record; the workspace is a part of it. */
export function globalId(definition: string, workspace: number, id: Id): string {
  return recordId(pascalCase(definition), workspace, id);
}

export const globalIdOf = {
  archive: (id: Id) => encodeId('Archive', id),
  folder: (id: Id) => encodeId('Folder', id),
  client: (id: Id) => encodeId('Client', id),
  user: (id: Id) => encodeId('User', id),
};

/** The id that is in a global one. */
export function uuidOf(global: string): Id {
  return Buffer.from(global, 'base64url').toString().split(':').at(-1)!;
}

/** A condition with global ids, as clients write it. */
export function conditionForApi(definition: Definition, condition: Condition): Condition {
  return Object.fromEntries(
    Object.entries(condition).map(([key, value]) => {
      if (key === 'not') return [key, conditionForApi(definition, value as Condition)];
      if (key === 'and' || key === 'or')
        return [key, (value as Condition[]).map((each) => conditionForApi(definition, each))];
      const tests = Object.entries(value as Record<string, unknown>).map(([operator, operand]) => {
        if (typeof operand === 'boolean' && operator.startsWith('is')) return [operator, operand];
        const translate = (each: unknown) => valueForApi(definition, key, each as Value);
        return [
          operator,
          Array.isArray(operand)
            ? operand.map(translate)
            : isRange(operand)
              ? { from: translate(operand.from), to: translate(operand.to) }
              : translate(operand),
        ];
      });
      return [key, Object.fromEntries(tests)];
    }),
  );
}

function isRange(operand: unknown): operand is { from: unknown; to: unknown } {
  return typeof operand === 'object' && operand !== null && 'from' in operand;
}

/** A value as clients write it: ids are global ones. */
export function valueForApi(definition: Definition, name: string, value: Value): Value {
  if (value === null || value === 'ME') return value;
  const id = String(value);
  if (name === 'folder') return globalIdOf.folder(id);
  if (name === 'client') return globalIdOf.client(id);
  const field: Field = SYSTEM_FIELDS[name] ?? definition.fields[name]!;
  if (field.type === 'user') return globalIdOf.user(id);
  // The workspace in an id is not looked at here: a uuid is enough to compare with.
  return field.type === 'reference' ? globalId(field.to ?? definition.name, 1, id) : value;
}

export type WorkspaceOf = (item: Item) => number;
