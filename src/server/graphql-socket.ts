import type { BaseContext } from '@apollo/server';
import {
  GraphQLError,
  GraphQLSchema,
  parse,
  type ExecutionArgs,
  type ExecutionResult,
  type GraphQLFormattedError,
} from 'graphql';
import { CloseCode, handleProtocols, makeServer, type Context, type SubscribePayload } from 'graphql-ws';
import { randomUUID } from 'node:crypto';
import type { IncomingMessage, Server } from 'node:http';
import type { Duplex } from 'node:stream';
import { WebSocketServer, type WebSocket } from 'ws';
import { Refusal } from '../access/refusals.ts';
import { tooLong, type GraphqlDoor } from './graphql-http.ts';
import type { Log } from './log.ts';
import type { Metrics } from './metrics.ts';
import { originAllowed } from './origins.ts';

export interface SocketOptions {
  door: GraphqlDoor;
  log: Log;
  metrics: Metrics;
  allowedOrigins: readonly string[];
  /** Operations that one socket may have running at once. */
  maxOperations?: number;
  /** Milliseconds between pings; a peer that doesn't answer one is gone. */
  keepAlive?: number;
}

interface Connection {
  request: IncomingMessage;
  /** The Authorization value that every operation of this connection is judged by, again each time. */
  authorization: string | undefined;
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
type Payload = Pick<SubscribePayload, 'query' | 'operationName' | 'variables'>;

/** The engine validates and executes by its own schema; the protocol's library only asks for the kind of the operation. */
const NO_SCHEMA = new GraphQLSchema({});

/** The second door: `graphql-transport-ws` on the same port, path and engine as HTTP. */
export function openSocketDoor(server: Server, options: SocketOptions) {
  const { door, log, metrics, maxOperations = 100, keepAlive = 15_000 } = options;
  const sockets = new WebSocketServer({
    noServer: true,
    maxPayload: door.sizeLimit,
    handleProtocols: (protocols) => handleProtocols(protocols),
    perMessageDeflate: false,
  });

  /** Operations that are being executed now. */
  let running = 0;

  const protocol = makeServer<Params, Connection>({
    onConnect: async (context) => {
      context.extra.authorization = authorizationOf(context);
      try {
        await door.identify(context.extra.authorization);
        return true;
      } catch (error) {
        if (error instanceof Refusal) return false; // 4403
        throw error;
      }
    },
    onSubscribe: async (context, _id, payload) => {
      if (Object.keys(context.subscriptions).length > maxOperations)
        return [
          refusal('RATE_LIMITED', `A connection may have ${maxOperations} operations running; wait for one to end.`),
        ];
      const problem = tooLong(payload.query);
      return problem ? [refusal('TOO_COMPLEX', problem)] : answer(context.extra, payload);
    },
    // The answer is ready by now, with its errors in the form that clients get.
    execute: ({ contextValue }) => contextValue as ExecutionResult,
    onNext: (_context, _id, _payload, _args, result) => result,
  });

  /** Runs an operation. What failed before its execution is an error message of the protocol, and everything else a result. */
  async function answer(connection: Connection, payload: Payload): Promise<ExecutionArgs | GraphQLError[]> {
    const started = performance.now();
    const requestId = randomUUID();
    running++;
    try {
      const { viewer } = await door.identify(connection.authorization);
      const result = await execute(payload, door.createContext(viewer, requestId));
      const seconds = (performance.now() - started) / 1000;
      metrics.socketOperation(seconds);
      log.info({ requestId, route: 'socket', viewer: viewer.id, ms: Math.round(seconds * 1000) }, 'operation');
      if (result.data === undefined) return (result.errors ?? []).map((error) => new FormattedError(error));
      return {
        schema: NO_SCHEMA,
        document: parse(payload.query, { noLocation: true }),
        operationName: payload.operationName ?? null,
        contextValue: result,
      };
    } catch (error) {
      if (error instanceof Refusal) return [refusal(error.code, error.message)];
      throw error;
    } finally {
      running--;
    }
  }

  async function execute({ query, operationName, variables }: Payload, context: BaseContext) {
    const { body } = await door.apollo.executeOperation(
      { query, ...(operationName ? { operationName } : {}), ...(variables ? { variables } : {}) },
      { contextValue: context },
    );
    if (body.kind === 'single') return body.singleResult;
    throw new Error('an incremental answer cannot go over a WebSocket');
  }

  function refusal(code: string, message: string): GraphQLError {
    metrics.error(code);
    return new FormattedError({ message, extensions: { code } });
  }

  function attach(socket: WebSocket, request: IncomingMessage): void {
    metrics.socketOpened();
    let alive = true;
    const pings = setInterval(() => {
      if (!alive) {
        socket.terminate();
        return;
      }
      alive = false;
      socket.ping();
    }, keepAlive);
    socket.on('pong', () => (alive = true));
    // A frame beyond the limit, broken UTF-8, a connection reset: ws closes the socket with the code that says so.
    socket.on('error', (error) => {
      log.debug({ err: error }, 'socket');
    });
    const closed = protocol.opened(
      {
        protocol: socket.protocol,
        send: (data) =>
          new Promise((resolve, reject) => {
            if (socket.readyState !== socket.OPEN) resolve();
            else
              socket.send(data, (error) => {
                if (error) reject(error);
                else resolve();
              });
          }),
        close: (code, reason) => {
          socket.close(code, reason);
        },
        onMessage: (handle) => {
          socket.on('message', (data) => {
            handle(asText(data)).catch((error: unknown) => {
              log.error({ err: error }, 'socket');
              socket.close(CloseCode.InternalServerError, 'Internal server error');
            });
          });
        },
      },
      { request, authorization: undefined },
    );
    socket.once('close', (code, reason) => {
      clearInterval(pings);
      metrics.socketClosed();
      void closed(code, reason.toString());
    });
  }

  function upgrade(request: IncomingMessage, raw: Duplex, head: Buffer): void {
    raw.on('error', () => raw.destroy());
    if (request.url?.split('?')[0] !== '/graphql') refuseUpgrade(raw, '404 Not Found');
    else if (!originAllowed(request, options.allowedOrigins)) refuseUpgrade(raw, '403 Forbidden');
    else sockets.handleUpgrade(request, raw, head, attach);
  }
  server.on('upgrade', upgrade);

  return {
    /**
     * Lets running operations finish, for `patience` milliseconds at most, then closes every socket with 1001 (going away),
     * which well-behaved clients answer by connecting elsewhere.
     */
    close: async (patience: number) => {
      server.off('upgrade', upgrade);
      const latest = Date.now() + patience;
      while (running > 0 && Date.now() < latest) await new Promise((resolve) => setTimeout(resolve, 20));
      for (const socket of sockets.clients) socket.close(1001, 'Going away');
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

/** `authorization` of the connection's parameters, else the header of the upgrade request. */
function authorizationOf({ connectionParams, extra }: Context<Params, Connection>): string | undefined {
  const given = connectionParams?.authorization;
  if (given === undefined || given === null) return extra.request.headers.authorization;
  return typeof given === 'string' ? given : '';
}

function refuseUpgrade(raw: Duplex, status: string): void {
  raw.end(`HTTP/1.1 ${status}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`);
}

function asText(data: Buffer | ArrayBuffer | Buffer[]): string {
  if (Array.isArray(data)) return Buffer.concat(data).toString();
  return (data instanceof ArrayBuffer ? Buffer.from(data) : data).toString();
}
