import { randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';

/** The caller's own request id if it has a sane one, so that logs of several services can be joined; else a new one. */
export function requestIdOf(request: IncomingMessage): string {
  const given = request.headers['x-request-id'];
  return typeof given === 'string' && /^[\w.-]{1,64}$/.test(given) ? given : randomUUID();
}

export function sendText(response: ServerResponse, status: number, text: string, type = 'text/plain; charset=utf-8') {
  response.writeHead(status, { 'content-type': type, 'content-length': Buffer.byteLength(text) }).end(text);
}

export function sendJson(response: ServerResponse, status: number, value: unknown): void {
  sendText(response, status, JSON.stringify(value), 'application/json; charset=utf-8');
}

/** A request that is refused before GraphQL sees it; `status` is the HTTP status, `code` what clients go by. */
export class RequestProblem extends Error {
  readonly status: number;
  readonly code: string;

  constructor(status: number, code: string, message: string) {
    super(message);
    this.status = status;
    this.code = code;
  }
}

const utf8 = new TextDecoder('utf-8', { fatal: true });

/** The body as UTF-8 JSON. Throws a RequestProblem: 413 beyond `limit` bytes, 415 for another type or encoding, 400 for no JSON. */
export async function readJson(request: IncomingMessage, limit: number): Promise<unknown> {
  const { 'content-type': type, 'content-encoding': encoding = 'identity' } = request.headers;
  if (!type || !/^application\/json\s*(;|$)/i.test(type))
    throw new RequestProblem(415, 'BAD_REQUEST', 'Send the body as content-type: application/json.');
  const charset = /;\s*charset\s*=\s*"?([^\s;"]+)/i.exec(type)?.[1];
  if (charset && !/^utf-?8$/i.test(charset))
    throw new RequestProblem(415, 'BAD_REQUEST', `The body must be UTF-8, not ${charset}.`);
  if (encoding !== 'identity')
    throw new RequestProblem(
      415,
      'BAD_REQUEST',
      'Compressed bodies are not accepted: send it without content-encoding.',
    );
  const body = await readBody(request, limit);
  try {
    return JSON.parse(utf8.decode(body));
  } catch {
    throw new RequestProblem(400, 'BAD_REQUEST', 'The body is not valid JSON in UTF-8.');
  }
}

/** By its events: an async iterator of the stream costs more than all the rest of a small request. */
function readBody(request: IncomingMessage, limit: number): Promise<Buffer> {
  const tooLarge = () => new RequestProblem(413, 'TOO_COMPLEX', `The body is larger than the limit of ${limit} bytes.`);
  return new Promise((resolve, reject) => {
    if (Number(request.headers['content-length'] ?? 0) > limit) {
      reject(tooLarge());
      return;
    }
    const chunks: Buffer[] = [];
    let size = 0;
    request.on('data', (chunk: Buffer) => {
      size += chunk.length;
      if (size > limit) {
        // What is left of it isn't read.
        request.pause();
        reject(tooLarge());
      } else chunks.push(chunk);
    });
    request.once('end', () => {
      resolve(Buffer.concat(chunks, size));
    });
    request.once('error', reject);
    request.once('close', () => {
      if (!request.complete)
        reject(new RequestProblem(400, 'BAD_REQUEST', 'The connection was closed before the body had come.'));
    });
  });
}
