import { randomUUID } from 'node:crypto';
import type { GraphQLFormattedError } from 'graphql';
import { contextFactory, type Context, type Services } from '../graphql/context.ts';
import { createSchema } from '../graphql/create-schema.ts';
import { internalError } from '../graphql/errors.ts';
import { createExecutor } from '../graphql/executor/execute.ts';
import { createGateway } from '../graphql/executor/gateway.ts';
import { stringifyResult } from '../graphql/executor/stringify.ts';
import { createSubscriber } from '../graphql/subscriptions/subscriber.ts';
import { LIMITS } from '../graphql/limits.ts';
import type { GraphqlParts } from './apollo.ts';
import type { GraphqlDoor } from './graphql-http.ts';
import type { Log } from './log.ts';

/** The engine's own codes for what is wrong with a document or its variables, before anything is executed. */
const INPUT_CODES = new Set([
  'GRAPHQL_PARSE_FAILED',
  'GRAPHQL_VALIDATION_FAILED',
  'BAD_USER_INPUT',
  'BAD_REQUEST',
  'OPERATION_RESOLUTION_FAILURE',
]);

/** The schema of the definitions with its executor, and the context of each request. */
export function graphqlParts({ log, ...services }: Omit<Services, 'log'> & { log: Log }): {
  parts: GraphqlParts;
  createContext: GraphqlDoor['createContext'];
  subscribe: GraphqlDoor['subscribe'];
} {
  const schema = createSchema(services.definitions);
  const createContext = contextFactory({
    ...services,
    log: (error, id, requestId) => {
      log.error({ err: error, id, requestId }, 'operation failed');
    },
  });
  const execute = createExecutor(schema);
  const subscribe = createSubscriber(schema, execute);
  return {
    parts: {
      gateway: createGateway(schema, execute),
      stringifyResult,
      parseOptions: { maxTokens: LIMITS.tokens },
      formatError: (formatted, error) => asClientsReadIt(formatted, error, log),
    },
    createContext: (viewer, requestId) => createContext(viewer, requestId),
    subscribe: (payload, context) => subscribe(payload, context as Context),
  };
}

/** Errors of the executor are in their final form; those of the engine around it get our codes. */
function asClientsReadIt(formatted: GraphQLFormattedError, error: unknown, log: Log): GraphQLFormattedError {
  const code = formatted.extensions?.code;
  if (typeof code === 'string' && INPUT_CODES.has(code)) {
    const tooMany = code === 'GRAPHQL_PARSE_FAILED' && /more tha[nt] \d+ tokens/.test(formatted.message);
    return { ...formatted, extensions: { code: tooMany ? 'TOO_COMPLEX' : 'VALIDATION_FAILED' } };
  }
  if (code !== undefined && code !== 'INTERNAL_SERVER_ERROR') return formatted;
  const id = randomUUID();
  log.error({ err: error, id }, 'operation failed');
  return internalError(id);
}
