import { GraphQLError, type FormattedExecutionResult, type GraphQLFormattedError } from 'graphql';
import { createHandler, type Request } from 'graphql-sse';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Viewer } from '../access/viewers.ts';
import { Refusal } from '../access/refusals.ts';
import { refuse } from './graphql-http.ts';
import { readJson, RequestProblem } from './http.ts';
import type { EndOfIdentity, IdentityWatch } from './identity-watch.ts';
import type { Metrics } from './metrics.ts';
import { runOperation, type Operations, type Results } from './operation.ts';
import { originAllowed } from './origins.ts';

export interface EventsOptions extends Operations {
  identities: IdentityWatch;
  allowedOrigins: readonly string[];
}

/** One answer by events: its request, and what ends it early. */
interface Stream {
  requestId: string;
  response: ServerResponse;
  /** Ends the events with an error that says why. */
  end: (error: GraphQLFormattedError) => void;
}

type EventRequest = Request<IncomingMessage, Stream>;

const EVENTS = 'text/event-stream';
const WHY_ENDED: Readonly<Record<EndOfIdentity, GraphQLFormattedError>> = {
  expired: { message: 'The token has expired: sign in again.', extensions: { code: 'UNAUTHENTICATED' } },
  refused: { message: 'This account or key may not look any more.', extensions: { code: 'UNAUTHENTICATED' } },
};

/** Milliseconds that a client whose stream has to end gets to take the last word, before it is cut off. */
const LAST_WORD = 2000;
/** Milliseconds after which a client that takes nothing of what waits for it is cut off: no ping tells that it is gone. */
const PATIENCE = 30_000;

/** Whether a request wants its answer by events. Clients that take JSON as well get that. */
export function wantsEvents({ headers: { accept = '' } }: IncomingMessage): boolean {
  return accept.includes(EVENTS) && !/json|\*\/\*/.test(accept);
}

/** The third door: GraphQL over Server-Sent Events, for clients behind proxies that let no WebSocket through. One connection for each operation. */
export function openEventsDoor(options: EventsOptions) {
  const { door, identities, metrics } = options;
  const open = new Set<ServerResponse>();

  const handle = createHandler<IncomingMessage, Stream>({
    // No tokens: the library's mode of one connection for many operations would keep state between requests.
    authenticate: () => null,
    async onSubscribe({ raw, context }, payload) {
      const way = { route: 'events', requestId: context.requestId, byGet: raw.method === 'GET' };
      const outcome = await runOperation(options, raw.headers.authorization, payload, way);
      if ('refused' in outcome) return { data: undefined, errors: outcome.refused } as never;
      return ('results' in outcome ? endingInWords(outcome.results, context, metrics) : outcome.result) as never;
    },
    // The library reads on as fast as results come: it waits here until the client has taken what it was sent.
    onNext: (_context, { context: { response } }) => taken(response),
  });

  async function answer(request: IncomingMessage, response: ServerResponse, requestId: string): Promise<Viewer | null> {
    const { authorization } = request.headers;
    if (!originAllowed(request, options.allowedOrigins))
      throw new RequestProblem(403, 'FORBIDDEN', 'Pages of this origin may not use this server.');
    const identity = await door.identify(authorization);
    if (!(await door.mayLook(identity.viewer)))
      throw new RequestProblem(403, 'FORBIDDEN', 'This account may not look.');
    const body = request.method === 'POST' ? ((await readJson(request, door.sizeLimit)) as object) : null;
    const stream: Stream = { requestId, response, end: () => undefined };
    const [events, { status, headers = {} }] = await handle(asked(request, body, stream));
    const stopWatching = identities.watch(authorization, identity, (why) => {
      stream.end(WHY_ENDED[why]);
      setTimeout(() => response.destroy(), LAST_WORD).unref();
    });
    response.writeHead(status, { ...headers, 'cache-control': 'no-store', 'x-accel-buffering': 'no' });
    if (events === null || typeof events === 'string') {
      stopWatching();
      response.end(events);
      return identity.viewer;
    }
    open.add(response);
    metrics.eventsOpened();
    const closed = () => {
      stopWatching();
      open.delete(response);
      metrics.eventsClosed();
      void events.return(undefined);
    };
    if (response.destroyed) closed();
    else response.once('close', closed);
    for await (const event of events) {
      if (response.writableEnded || response.destroyed) break;
      response.write(event);
    }
    response.end();
    return identity.viewer;
  }

  return {
    /** Answers by events. Returns who asked, for the log; null where nobody was let in. */
    async answer(request: IncomingMessage, response: ServerResponse, requestId: string): Promise<Viewer | null> {
      try {
        return await answer(request, response, requestId);
      } catch (error) {
        const problem = error instanceof Refusal ? new RequestProblem(401, error.code, error.message) : error;
        if (!(problem instanceof RequestProblem)) throw error;
        refuse(response, problem);
        return null;
      }
    },
    /** Ends all streams without a word of completion, which clients answer by connecting elsewhere with their last cursor. */
    close: () => {
      for (const response of open) response.end();
    },
  };
}

function asked(raw: IncomingMessage, body: object | null, context: Stream): EventRequest {
  const { method = '', url = '', headers } = raw;
  return {
    method,
    url,
    headers: {
      // The library compares the whole header.
      get: (name) => (name === 'accept' ? EVENTS : (headers[name] as string | undefined)),
    },
    body: body as Record<PropertyKey, unknown>,
    raw,
    context,
  };
}

/** Waits until what was written so far is on its way, or nobody is there to take it. */
function taken(response: ServerResponse): Promise<void> | undefined {
  if (!response.writableNeedDrain || response.destroyed) return;
  return new Promise((resolve) => {
    const cutOff = setTimeout(() => response.destroy(), PATIENCE);
    const done = () => {
      clearTimeout(cutOff);
      response.off('drain', done).off('close', done);
      resolve();
    };
    response.once('drain', done).once('close', done);
  });
}

/** The same results, and at their end the error that ended them, as a result: events have no other way to tell it. */
function endingInWords(results: Results, stream: Stream, metrics: Metrics): Results & { throw: Results['return'] } {
  let lastWord: GraphQLFormattedError | null = null;
  stream.end = (error) => {
    lastWord = error;
    void results.return();
  };
  const said = (): IteratorResult<FormattedExecutionResult> => {
    if (lastWord === null) return { done: true, value: undefined };
    const errors = [lastWord];
    lastWord = null;
    return { done: false, value: { errors } };
  };
  return {
    async next() {
      try {
        const next = await results.next();
        if (next.done === true) return said();
        metrics.changeTold();
        return next;
      } catch (error) {
        if (!(error instanceof GraphQLError)) throw error;
        lastWord = error.toJSON();
        return said();
      }
    },
    return: () => results.return(),
    // The library ends only what has all that a generator has.
    throw: () => results.return(),
    [Symbol.asyncIterator]() {
      return this;
    },
  };
}
