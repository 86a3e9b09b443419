import { GraphQLError, GraphQLSchema, parse, type ExecutionResult, type GraphQLFormattedError } from 'graphql';
import { CloseCode, handleProtocols, makeServer, type Context } from 'graphql-ws';
import { randomUUID } from 'node:crypto';
import type { IncomingMessage, Server } from 'node:http';
import type { Duplex } from 'node:stream';
import { WebSocketServer, type WebSocket } from 'ws';
import { Refusal } from '../access/refusals.ts';
import { internalError } from '../graphql/errors.ts';
import type { EndOfIdentity, IdentityWatch } from './identity-watch.ts';
import { runOperation, type Operations, type Outcome, type Results, type Way } from './operation.ts';
import { originAllowed } from './origins.ts';
import { transportOf, type SocketTransport } from './socket-transport.ts';
import { resultMessages, writtenPayload } from './written-payload.ts';

export interface SocketOptions extends Operations {
  identities: IdentityWatch;
  allowedOrigins: readonly string[];
  /** Operations that one socket may have running at once, subscriptions included. */
  maxOperations?: number;
  /** Milliseconds between pings; a peer that doesn't answer one is gone. */
  keepAlive: number;
}

interface Connection {
  socket: WebSocket;
  transport: SocketTransport;
  request: IncomingMessage;
  /** The Authorization value that every operation of this connection is judged by, again each time. */
  authorization: string | undefined;
  stopWatching: () => void;
  /** Settled when all subscriptions that the client asked for have begun. */
  begun: Promise<unknown>;
}

/** An error as HTTP clients get it, in the class that graphql-ws asks for. */
class FormattedError extends GraphQLError {
  readonly formatted: GraphQLFormattedError;

  constructor(formatted: GraphQLFormattedError) {
    super(formatted.message);
    this.formatted = formatted;
  }

  override toJSON(): GraphQLFormattedError {
    return this.formatted;
  }
}

type Params = { authorization?: unknown };

const CLOSED_AS: Readonly<Record<EndOfIdentity, [code: CloseCode, reason: string]>> = {
  expired: [CloseCode.Unauthorized, 'The token has expired'],
  refused: [CloseCode.Forbidden, 'Forbidden'],
};

/** Try again later (RFC 6455's registry): which clients do by themselves, other than after 4500. */
const TRY_AGAIN_LATER = 1013;

/** The operation ran by the time that the protocol's library asks: it only wants to know of which kind it was. */
const RUN = { schema: new GraphQLSchema({}), operationName: null };
const ONE_RESULT = parse('{ result }', { noLocation: true });
const MANY_RESULTS = parse('subscription { results }', { noLocation: true });

/** The second door: `graphql-transport-ws` on the same port, path and engine as HTTP. */
export function openSocketDoor(server: Server, options: SocketOptions) {
  const { door, log, metrics, identities, maxOperations = 100, keepAlive } = options;
  const sockets = new WebSocketServer({
    noServer: true,
    maxPayload: door.sizeLimit,
    handleProtocols: (protocols) => handleProtocols(protocols),
    perMessageDeflate: false,
  });

  const open = new Set<SocketTransport>();
  /** Operations that are being executed now; subscriptions wait most of their time, and don't count. */
  let running = 0;

  const protocol = makeServer<Params, Connection>({
    onConnect: async ({ connectionParams, extra }) => {
      extra.authorization = authorizationOf(connectionParams, extra.request);
      return admit(extra);
    },
    onSubscribe: async ({ subscriptions, extra }, _id, payload) => {
      if (Object.keys(subscriptions).length > maxOperations)
        return [refusal(`A connection may have ${maxOperations} operations running; wait for one to end.`)];
      running++;
      try {
        const way = { route: 'socket', requestId: randomUUID() };
        const run = () => runOperation(options, extra.authorization, payload, way);
        const outcome = await inOrder(extra, payload.query, run).catch((error: unknown) => failed(error, way));
        if ('refused' in outcome) return outcome.refused.map((error) => new FormattedError(error));
        return 'results' in outcome
          ? { ...RUN, document: MANY_RESULTS, contextValue: outcome.results }
          : { ...RUN, document: ONE_RESULT, contextValue: outcome.result };
      } finally {
        running--;
      }
    },
    execute: ({ contextValue }) => contextValue as ExecutionResult,
    subscribe: ({ contextValue }) => contextValue as AsyncIterableIterator<ExecutionResult>,
    // Past the library, which hears of what the socket doesn't take at once, and of the end.
    onOperation({ extra: { transport } }, id, _payload, { document }, results) {
      if (document !== MANY_RESULTS) return;
      const messageOf = resultMessages(id);
      (results as Results).handTo?.((result) => {
        if (!transport.isFlowing) return false;
        transport.sendAtOnce(messageOf(result));
        metrics.changeTold();
        return true;
      });
    },
    onNext(_context, _id, _payload, { document }, result) {
      if (document === MANY_RESULTS) metrics.changeTold();
      return writtenPayload(result);
    },
    onClose: ({ extra }) => {
      extra.stopWatching();
    },
  });

  /** Whether a connection may be there, from now on until its identity ends. */
  async function admit(connection: Connection): Promise<boolean> {
    const { socket, transport, authorization } = connection;
    try {
      const identity = await door.identify(authorization);
      if (!(await door.mayLook(identity.viewer))) return false;
      if (socket.readyState !== socket.OPEN) return false;
      connection.stopWatching = identities.watch(authorization, identity, (why) => {
        transport.close(...CLOSED_AS[why]);
      });
      return true;
    } catch (error) {
      if (!(error instanceof Refusal)) {
        // A database that doesn't answer says nothing about who this is.
        log.error({ err: error }, 'a connection could not be admitted, and is asked to come again');
        transport.close(TRY_AGAIN_LATER, 'Try again later');
        return false;
      }
      // The library closes with 4403 what isn't admitted; a client whose token is too old has to know that.
      if (error.details.expired === true) transport.close(...CLOSED_AS.expired);
      return false;
    }
  }

  /** What can't be run has nothing to do with what else runs on the connection. */
  function failed(error: unknown, { requestId }: Way): Outcome {
    metrics.error('INTERNAL');
    log.error({ err: error, id: requestId, requestId }, 'operation failed');
    return { refused: [internalError(requestId)] };
  }

  function refusal(message: string): GraphQLError {
    metrics.error('RATE_LIMITED');
    return new FormattedError({ message, extensions: { code: 'RATE_LIMITED' } });
  }

  function attach(socket: WebSocket, request: IncomingMessage, raw: Duplex): void {
    metrics.socketOpened();
    // A frame beyond the limit, broken UTF-8, a connection reset: ws closes the socket with the code that says so.
    socket.on('error', (error) => {
      log.debug({ err: error }, 'socket');
    });
    const transport = transportOf(socket, raw, log);
    open.add(transport);
    const stopPinging = endUnlessAlive(socket, transport, keepAlive);
    const connection: Connection = {
      ...{ socket, transport, request, authorization: undefined },
      ...{ stopWatching: () => undefined, begun: Promise.resolve() },
    };
    const closed = protocol.opened(transport, connection);
    socket.once('close', (code, reason) => {
      stopPinging();
      open.delete(transport);
      metrics.socketClosed();
      closed(code, reason.toString()).catch((error: unknown) => {
        log.error({ err: error }, 'socket');
      });
    });
  }

  function upgrade(request: IncomingMessage, raw: Duplex, head: Buffer): void {
    raw.on('error', () => raw.destroy());
    if (request.url?.split('?')[0] !== '/graphql') refuseUpgrade(raw, '404 Not Found');
    else if (!originAllowed(request, options.allowedOrigins)) refuseUpgrade(raw, '403 Forbidden');
    else sockets.handleUpgrade(request, raw, head, (socket) => attach(socket, request, raw));
  }
  server.on('upgrade', upgrade);

  return {
    /**
     * Lets running operations finish, for `patience` milliseconds at most, then closes every socket with 1001 (going away),
     * which well-behaved clients answer by connecting elsewhere, with the cursor of the last event that they got.
     */
    close: async (patience: number) => {
      server.off('upgrade', upgrade);
      const latest = Date.now() + patience;
      while (running > 0 && Date.now() < latest) await new Promise((resolve) => setTimeout(resolve, 20));
      for (const transport of open) transport.close(1001, 'Going away');
      const stragglers = setTimeout(() => {
        for (const socket of sockets.clients) socket.terminate();
      }, 2000);
      stragglers.unref();
      await new Promise<void>((resolve) => {
        sockets.close(() => {
          clearTimeout(stragglers);
          resolve();
        });
      });
    },
  };
}

/** Runs what may be no subscription when those before it have begun: so a client that subscribes first and then queries misses nothing. */
function inOrder<T>(connection: Connection, query: string, run: () => Promise<T>): Promise<T> {
  if (!query.includes('subscription')) return connection.begun.then(run);
  const running = run();
  connection.begun = Promise.allSettled([connection.begun, running]);
  return running;
}

/** `authorization` of the connection's parameters, else the header of the upgrade request. */
function authorizationOf(params: Context<Params>['connectionParams'], request: IncomingMessage): string | undefined {
  const given = params?.authorization;
  if (given === undefined || given === null) return request.headers.authorization;
  return typeof given === 'string' ? given : '';
}

/** Ends a socket whose peer doesn't answer a ping until the next one: its network went away without a word. Returns how to stop. */
function endUnlessAlive(socket: WebSocket, transport: SocketTransport, every: number): () => void {
  let alive = true;
  const pings = setInterval(() => {
    if (!alive) {
      socket.terminate();
      return;
    }
    alive = false;
    transport.ping();
  }, every);
  socket.on('pong', () => (alive = true));
  return () => {
    clearInterval(pings);
  };
}

function refuseUpgrade(raw: Duplex, status: string): void {
  raw.end(`HTTP/1.1 ${status}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`);
}
