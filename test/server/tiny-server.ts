import { GraphQLError, GraphQLNonNull, GraphQLObjectType, GraphQLSchema, GraphQLString } from 'graphql';
import { pino } from 'pino';
import { createIdentify, type FindAccount } from '../../src/accounts/identity.ts';
import { createTokenVerifier, type TrustedIssuers } from '../../src/accounts/token-verifier.ts';
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
      broken: {
        type: GraphQLString,
        resolve: () => {
          throw new Error('the secret inside');
        },
      },
    },
  }),
  mutation: new GraphQLObjectType({
    name: 'Mutation',
    fields: { change: { type: GraphQLString, resolve: () => 'changed' } },
  }),
});

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
