import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { DeliveryState } from '../delivery/delivery.ts';
import { internalError } from '../graphql/errors.ts';
import { startApollo, type GraphqlParts } from './apollo.ts';
import { answerGraphql, type GraphqlDoor } from './graphql-http.ts';
import { openEventsDoor, wantsEvents } from './graphql-events.ts';
import { openSocketDoor } from './graphql-socket.ts';
import { createHealth, type CheckReadiness } from './health.ts';
import { requestIdOf, sendJson, sendText } from './http.ts';
import { createIdentityWatch, type OnAccountEnded } from './identity-watch.ts';
import type { Log } from './log.ts';
import { createMetrics } from './metrics.ts';
import { originAllowed } from './origins.ts';
import { createPage } from './page.ts';
import { answerViewAs, type ViewAs } from './view-as.ts';

export interface ServerOptions extends Pick<GraphqlDoor, 'identify' | 'createContext' | 'subscribe' | 'mayLook'> {
  host: string;
  /** 0 for any free one. */
  port: number;
  graphql: GraphqlParts;
  onAccountEnded: OnAccountEnded;
  /** What is being delivered, for the metrics; null where nothing is followed. */
  deliveryState?: () => DeliveryState | null;
  checkReadiness: CheckReadiness;
  log: Log;
  /** The folder of the built GraphiQL page, or null for none. */
  page?: string | null;
  viewAs?: ViewAs | null;
  /** Origins whose pages may use the API (CORS); none by default. */
  allowedOrigins?: readonly string[];
  /** The largest request and the largest WebSocket frame, in bytes. */
  sizeLimit?: number;
  /** Milliseconds between pings of WebSockets. */
  keepAlive?: number;
  /** Milliseconds that running requests get to finish when the server stops. */
  patience?: number;
}

export interface RunningServer {
  /** `http://host:port`, with an address that can be opened. */
  url: string;
  /** Lets running requests finish, closes sockets, and resolves when nothing is left open. */
  stop(): Promise<void>;
}

/** One port for HTTP and WebSocket. Rejects with an error that names HOST or PORT when it can't listen there. */
export async function startServer(options: ServerOptions): Promise<RunningServer> {
  const { log, page = null, viewAs = null, allowedOrigins = [], sizeLimit = 1_000_000, patience = 10_000 } = options;
  const { keepAlive = 15_000 } = options;
  const metrics = createMetrics(options.deliveryState ?? (() => null));
  const apollo = await startApollo(options.graphql, log, (code) => {
    metrics.error(code);
  });
  const health = createHealth(options.checkReadiness);
  const servePage = await createPage(page);
  const door: GraphqlDoor = {
    apollo,
    identify: options.identify,
    createContext: options.createContext,
    subscribe: options.subscribe,
    mayLook: options.mayLook,
    sizeLimit,
  };
  const identities = createIdentityWatch(options.identify, options.onAccountEnded);
  const events = openEventsDoor({ door, log, metrics, identities, allowedOrigins });
  let stopping = false;

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const started = performance.now();
    const requestId = requestIdOf(request);
    const path = (request.url ?? '/').split('?')[0] ?? '/';
    let viewer: string | undefined;
    let route = path;
    response.setHeader('x-request-id', requestId);
    response.setHeader('x-content-type-options', 'nosniff');
    response.setHeader('referrer-policy', 'no-referrer');
    if (stopping) response.setHeader('connection', 'close');
    response.once('close', () => {
      const seconds = (performance.now() - started) / 1000;
      const { method = '' } = request;
      metrics.request({ route, method, status: String(response.statusCode) }, seconds);
      const line = { requestId, method, route, status: response.statusCode, viewer, ms: Math.round(seconds * 1000) };
      if (route === '/graphql') log.info(line, 'request');
      else log.debug(line, 'request');
    });

    try {
      if (path === '/graphql') {
        if (answerPreflight(request, response, allowedOrigins)) return;
        const asked = wantsEvents(request)
          ? events.answer(request, response, requestId)
          : answerGraphql(door, request, response, requestId);
        viewer = (await asked)?.id;
      } else if (path === '/livez') health.live(response);
      else if (path === '/readyz') await health.ready(response);
      else if (path === '/metrics') {
        const { text, contentType } = await metrics.print();
        sendText(response, 200, text, contentType);
      } else if (path === '/view-as') await answerViewAs(viewAs, request, response);
      else if (!isRead(request) || !servePage(path, request, response)) {
        route = 'other';
        sendText(response, 404, 'Not found. GraphQL is at /graphql.\n');
      } else route = 'page';
    } catch (error) {
      log.error({ err: error, requestId }, 'request failed');
      if (response.headersSent) response.destroy();
      else sendJson(response, 500, { errors: [internalError(requestId)] });
    }
  }

  const server = createServer({ requestTimeout: 60_000, headersTimeout: 20_000, keepAliveTimeout: 65_000 });
  server.on('request', (request, response) => void answer(request, response));
  const sockets = openSocketDoor(server, { door, log, metrics, identities, allowedOrigins, keepAlive });
  await listen(server, options.host, options.port);

  return {
    url: urlOf(server, options.host),
    async stop() {
      stopping = true;
      health.stop();
      const closed = new Promise((resolve) => server.close(resolve));
      server.closeIdleConnections();
      events.close();
      const late = setTimeout(() => {
        server.closeAllConnections();
      }, patience);
      await sockets.close(patience);
      await closed;
      clearTimeout(late);
      identities.stop();
      await apollo.stop();
      metrics.stop();
    },
  };
}

/** CORS, for the origins in the settings alone. Never with credentials: tokens are sent by the page itself. True when the request was answered. */
function answerPreflight(request: IncomingMessage, response: ServerResponse, allowed: readonly string[]): boolean {
  const { origin } = request.headers;
  response.setHeader('vary', 'Origin');
  if (origin !== undefined && allowed.includes(origin)) {
    response.setHeader('access-control-allow-origin', origin);
    response.setHeader('access-control-expose-headers', 'x-request-id');
  }
  if (request.method !== 'OPTIONS') return false;
  if (originAllowed(request, allowed)) {
    response.setHeader('access-control-allow-methods', 'GET, POST');
    response.setHeader('access-control-allow-headers', 'authorization, content-type, x-request-id');
    response.setHeader('access-control-max-age', '600');
  }
  response.writeHead(204, { allow: 'GET, POST, OPTIONS' }).end();
  return true;
}

function isRead(request: IncomingMessage): boolean {
  return request.method === 'GET' || request.method === 'HEAD';
}

/** Rejects like startServer would, before anything else is done that takes time. */
export async function checkAddress(host: string, port: number): Promise<void> {
  const server = createServer();
  await listen(server, host, port);
  await new Promise((resolve) => server.close(resolve));
}

function listen(server: Server, host: string, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      reject(explain(error, host, port));
    });
    server.listen(port, host, resolve);
  });
}

function explain(error: NodeJS.ErrnoException, host: string, port: number): Error {
  const reasons: Record<string, string> = {
    EADDRINUSE: `Port ${port} on ${host} is taken by another program. Stop it, or choose another port: PORT=${port + 1}.`,
    EACCES: `This user may not listen on port ${port}. Choose one above 1023 with PORT.`,
    EADDRNOTAVAIL: `HOST is ${host}, which is not an address of this machine. Use 127.0.0.1, or 0.0.0.0 for all addresses.`,
    ENOTFOUND: `HOST is ${host}, which is not an address of this machine. Use 127.0.0.1, or 0.0.0.0 for all addresses.`,
  };
  return new Error(reasons[error.code ?? ''] ?? `Can't listen on ${host}:${port} (HOST, PORT): ${error.message}`, {
    cause: error,
  });
}

function urlOf(server: Server, host: string): string {
  const { port } = server.address() as AddressInfo;
  const anywhere: Record<string, string> = { '0.0.0.0': '127.0.0.1', '::': '[::1]' };
  const name = anywhere[host] ?? (host.includes(':') ? `[${host}]` : host);
  return `http://${name}:${port}`;
}
