import { HeaderMap, type BaseContext } from '@apollo/server';
import type { FormattedExecutionResult, GraphQLFormattedError } from 'graphql';
import { Refusal } from '../access/refusals.ts';
import { tooLong, type GraphqlDoor } from './graphql-http.ts';
import type { Log } from './log.ts';
import type { Metrics } from './metrics.ts';

/** What a client asks for, over whatever it came. */
export interface Payload {
  query: string;
  operationName?: string | null | undefined;
  variables?: Record<string, unknown> | null | undefined;
}

/**
 * The results of a subscription, as they come. What ends it other than the client is thrown: a GraphQLError in the form that clients get.
 * Not a generator, which would not hear of `return` while it waits.
 */
export interface Results extends AsyncIterableIterator<FormattedExecutionResult> {
  return(): Promise<IteratorResult<FormattedExecutionResult>>;
  /** Gives results to `take` at once while `next` waits, where it says that it took them. */
  handTo?(take: (result: FormattedExecutionResult) => boolean): void;
}

/** Subscribes; gives errors as clients get them where that fails, and null where the operation is no subscription. */
export type Subscribe = (
  payload: Payload,
  context: BaseContext,
) => Promise<Results | readonly GraphQLFormattedError[] | null>;

/** What became of an operation; `refused`: nothing of it was executed. */
export type Outcome =
  { refused: readonly GraphQLFormattedError[] } | { result: FormattedExecutionResult } | { results: Results };

export interface Operations {
  door: GraphqlDoor;
  log: Log;
  metrics: Metrics;
}

/** How an operation came. */
export interface Way {
  /** For the log. */
  route: string;
  requestId: string;
  /** It came by HTTP GET, which changes nothing. */
  byGet?: boolean;
}

/** Runs an operation that came over a WebSocket, or is answered by events, for whoever the authorization names now. */
export async function runOperation(
  { door, log, metrics }: Operations,
  authorization: string | undefined,
  payload: Payload,
  { route, requestId, byGet = false }: Way,
): Promise<Outcome> {
  const started = performance.now();
  const refuse = (errors: readonly GraphQLFormattedError[]): Outcome => {
    for (const { extensions } of errors) metrics.error(String(extensions?.code));
    return { refused: errors };
  };
  const problem = tooLong(payload.query);
  if (problem) return refuse([{ message: problem, extensions: { code: 'TOO_COMPLEX' } }]);
  try {
    const { viewer } = await door.identify(authorization);
    const context = door.createContext(viewer, requestId);
    const followed = await door.subscribe(payload, context);
    const executed = followed === null ? await execute(door, payload, context, byGet) : null;
    const seconds = (performance.now() - started) / 1000;
    metrics.socketOperation(seconds);
    log.info({ requestId, route, viewer: viewer.id, ms: Math.round(seconds * 1000) }, 'operation');
    if (executed !== null) return executed;
    return 'next' in followed! ? { results: followed } : refuse(followed!);
  } catch (error) {
    if (error instanceof Refusal) return refuse([{ message: error.message, extensions: { code: error.code } }]);
    throw error;
  }
}

async function execute(
  { apollo }: GraphqlDoor,
  { query, operationName, variables }: Payload,
  context: BaseContext,
  byGet: boolean,
): Promise<Outcome> {
  const http = byGet ? { http: { method: 'GET', headers: new HeaderMap(), search: '', body: undefined } } : {};
  const { body } = await apollo.executeOperation(
    { query, ...(operationName ? { operationName } : {}), ...(variables ? { variables } : {}), ...http },
    { contextValue: context },
  );
  if (body.kind !== 'single') throw new Error('An incremental answer cannot go over a socket.');
  const result = body.singleResult;
  return result.data === undefined ? { refused: result.errors ?? [] } : { result };
}
