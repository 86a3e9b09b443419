import type { BaseContext } from '@apollo/server';
import { HeaderMap } from '@apollo/server';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Viewer } from '../access/viewers.ts';
import { Refusal } from '../access/refusals.ts';
import type { Identify } from '../accounts/identity.ts';
import { LIMITS } from '../graphql/limits.ts';
import type { Apollo } from './apollo.ts';
import { readJson, RequestProblem } from './http.ts';
import type { Subscribe } from './operation.ts';

export interface GraphqlDoor {
  apollo: Apollo;
  identify: Identify;
  createContext: (viewer: Viewer, requestId: string) => BaseContext;
  subscribe: Subscribe;
  /** Whether the account may look at anything: blocked, deactivated and deleted ones get no connection that stays open. */
  mayLook: (viewer: Viewer) => Promise<boolean>;
  /** The largest request, in bytes. */
  sizeLimit: number;
}

/** GraphQL over HTTP: POST with a JSON body, or GET for queries. Returns who asked, for the log. */
export async function answerGraphql(
  door: GraphqlDoor,
  request: IncomingMessage,
  response: ServerResponse,
  requestId: string,
): Promise<Viewer | null> {
  let viewer: Viewer | null = null;
  try {
    ({ viewer } = await door.identify(request.headers.authorization));
    await run(door, viewer, request, response, requestId);
  } catch (error) {
    const problem = error instanceof Refusal ? new RequestProblem(401, error.code, error.message) : error;
    if (!(problem instanceof RequestProblem)) throw error;
    refuse(response, problem);
  }
  return viewer;
}

async function run(
  door: GraphqlDoor,
  viewer: Viewer,
  request: IncomingMessage,
  response: ServerResponse,
  requestId: string,
) {
  const { method = '', url = '' } = request;
  const question = url.indexOf('?');
  if (url.length > door.sizeLimit) throw new RequestProblem(414, 'TOO_COMPLEX', 'The address is too long: use POST.');
  const body = method === 'POST' ? await readJson(request, door.sizeLimit) : undefined;
  // An address has no room for a document that is too long.
  const problem = tooLong(typeof body === 'object' && body !== null && 'query' in body ? body.query : null);
  if (problem) throw new RequestProblem(400, 'TOO_COMPLEX', problem);
  const answer = await door.apollo.executeHTTPGraphQLRequest({
    httpGraphQLRequest: {
      method,
      headers: headerMap(request),
      search: question < 0 ? '' : url.slice(question),
      body,
    },
    context: () => Promise.resolve(door.createContext(viewer, requestId)),
  });
  // A request id, a viewer and a moment make an answer: nobody in between may keep it.
  response.setHeader('cache-control', 'no-store');
  for (const [name, value] of answer.headers) response.setHeader(name, value);
  response.statusCode = answer.status ?? 200;
  if (answer.body.kind === 'complete') {
    response.setHeader('content-length', Buffer.byteLength(answer.body.string));
    response.end(answer.body.string);
    return;
  }
  for await (const chunk of answer.body.asyncIterator) response.write(chunk);
  response.end();
}

/** What is wrong with the length of a document, before anything looks at it; null if nothing is. */
export function tooLong(query: unknown): string | null {
  if (typeof query !== 'string' || query.length <= LIMITS.source) return null;
  return `The document has ${query.length} characters; ${LIMITS.source} are allowed. Send values as variables.`;
}

/** Answers what is refused before GraphQL sees it. */
export function refuse(response: ServerResponse, problem: RequestProblem): void {
  // What is left of a body that is too large isn't read: the connection ends with the answer.
  if (problem.status === 413) response.setHeader('connection', 'close');
  if (problem.status === 401) response.setHeader('www-authenticate', 'Bearer error="invalid_token"');
  const body = JSON.stringify({ errors: [{ message: problem.message, extensions: { code: problem.code } }] });
  response.setHeader('content-type', 'application/json; charset=utf-8');
  response.writeHead(problem.status, { 'content-length': Buffer.byteLength(body) }).end(body);
}

function headerMap(request: IncomingMessage): HeaderMap {
  const headers = new HeaderMap();
  for (const [name, value] of Object.entries(request.headers))
    if (value !== undefined) headers.set(name, Array.isArray(value) ? value.join(', ') : value);
  return headers;
}
