import {
  GraphQLError,
  GraphQLInt,
  GraphQLNonNull,
  GraphQLObjectType,
  GraphQLSchema,
  GraphQLString,
  parse,
  validate,
} from 'graphql';
import { pino } from 'pino';
import { createIdentify, type FindAccount } from '../../src/accounts/identity.ts';
import { createTokenVerifier, type TrustedIssuers } from '../../src/accounts/token-verifier.ts';
import type { Results, Subscribe } from '../../src/server/operation.ts';
import { startServer, type ServerOptions } from '../../src/server/start-server.ts';

export const OWN_KEY = new Uint8Array(32).fill(7);
export const ADA = '01990000-0000-7000-8000-00000000000a';

interface TinyContext {
  viewer: { id: string };
}

/** The smallest schema that shows what the server adds: who asks, how long, which errors. */
const schema = new GraphQLSchema({
  query: new GraphQLObjectType<unknown, TinyContext>({
    name: 'Query',
    fields: {
      viewerId: { type: new GraphQLNonNull(GraphQLString), resolve: (_root, _args, context) => context.viewer.id },
      echo: {
        type: GraphQLString,
        args: { text: { type: GraphQLString } },
        resolve: (_root, { text }) => String(text),
      },
      slow: {
        type: GraphQLString,
        resolve: () => new Promise((resolve) => setTimeout(() => resolve('done'), 300)),
      },
      ticking: { type: GraphQLInt, resolve: () => open.ticks },
      broken: {
        type: GraphQLString,
        resolve: () => {
          throw new Error('the secret inside');
        },
      },
    },
  }),
  subscription: new GraphQLObjectType({
    name: 'Subscription',
    fields: {
      ticks: { type: GraphQLString, args: { every: { type: GraphQLInt } } },
    },
  }),
  mutation: new GraphQLObjectType({
    name: 'Mutation',
    fields: { change: { type: GraphQLString, resolve: () => 'changed' } },
  }),
});

/** Ticks that go on until somebody ends them. */
function ticking(every: number, size: number): Results {
  let count = 0;
  let end: (() => void) | null = null;
  let over = false;
  open.ticks++;
  return {
    async next() {
      if (over) return { done: true, value: undefined };
      open.told++;
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, every);
        end = () => {
          clearTimeout(timer);
          resolve();
        };
      });
      return over
        ? { done: true, value: undefined }
        : { done: false, value: { data: { ticks: String(count++).padEnd(size, ' ') } } };
    },
    return() {
      if (!over) open.ticks--;
      over = true;
      end?.();
      return Promise.resolve({ done: true, value: undefined });
    },
    [Symbol.asyncIterator]() {
      return this;
    },
  };
}

/** How many subscriptions nobody has ended yet, how many were asked for, and how many ticks. */
export const open = { ticks: 0, begun: 0, told: 0 };

const subscribe: Subscribe = async ({ query, variables }) => {
  if (!query.startsWith('subscription')) return null;
  open.begun++;
  const problems = validate(schema, parse(query));
  if (problems.length > 0) return problems.map((problem) => problem.toJSON());
  await new Promise((resolve) => setTimeout(resolve, Number(variables?.begins ?? 0)));
  return ticking(Number(variables?.every ?? 10), Number(variables?.size ?? 0));
};

export interface TinyOptions extends Partial<ServerOptions> {
  trusted?: Partial<TrustedIssuers>;
  findAccount?: FindAccount;
  logLines?: string[];
}

export async function startTinyServer({ trusted, findAccount, logLines, ...options }: TinyOptions = {}) {
  const verifier = await createTokenVerifier({ ownKey: OWN_KEY, ...trusted });
  const log = pino(
    { level: logLines ? 'debug' : 'silent', base: null },
    { write: (line) => void logLines?.push(line) },
  );
  return startServer({
    host: '127.0.0.1',
    port: 0,
    log,
    identify: createIdentify(
      verifier,
      findAccount ?? (({ value }) => Promise.resolve(value === ADA ? ADA : null)),
      () => Promise.resolve(null),
    ),
    createContext: (viewer) => ({ viewer }),
    subscribe,
    mayLook: () => Promise.resolve(true),
    onAccountEnded: () => () => undefined,
    checkReadiness: () => Promise.resolve({ ready: true, checks: { database: 'ok' } }),
    graphql: {
      schema,
      formatError: (formatted, error) => {
        const cause = error instanceof GraphQLError ? (error.originalError ?? error) : error;
        if (cause instanceof GraphQLError || formatted.extensions?.code !== 'INTERNAL_SERVER_ERROR') return formatted;
        return { message: 'Something went wrong.', extensions: { code: 'INTERNAL' } };
      },
    },
    ...options,
  });
}

/** Posts a query and gives status, headers and the parsed answer. */
export async function post(url: string, query: string, headers: Record<string, string> = {}, body?: string) {
  const response = await fetch(`${url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: body ?? JSON.stringify({ query }),
  });
  const text = await response.text();
  const answer = (text ? JSON.parse(text) : null) as {
    data?: Record<string, unknown>;
    errors?: { message: string; extensions: Record<string, unknown> }[];
  };
  return { status: response.status, headers: response.headers, answer, text };
}
