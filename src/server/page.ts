import { readdir, readFile } from 'node:fs/promises';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { extname, join, relative, sep } from 'node:path';
import { sendText } from './http.ts';

const TYPES: Record<string, string> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.ttf': 'font/ttf',
  '.woff2': 'font/woff2',
};

/** Own files only; styles inline because the editor sets them while it runs; nothing may frame the page. */
const CONTENT_SECURITY = [
  "default-src 'none'",
  "script-src 'self'",
  "worker-src 'self' blob:",
  "style-src 'self' 'unsafe-inline'",
  "font-src 'self' data:",
  "img-src 'self' data:",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

/** Serves a GET for one of the page's files; false when there is no such file. */
export type ServePage = (path: string, request: IncomingMessage, response: ServerResponse) => boolean;

/** The page of GraphiQL from a folder of built files, read once: only these names are ever served. */
export async function createPage(folder: string | null): Promise<ServePage> {
  if (folder === null) return servePlain;
  const files = new Map<string, { content: Buffer; type: string }>();
  for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
    const type = TYPES[extname(entry.name)];
    if (!entry.isFile() || !type) continue;
    const file = join(entry.parentPath, entry.name);
    files.set(`/${relative(folder, file).split(sep).join('/')}`, { content: await readFile(file), type });
  }

  return (path, request, response) => {
    const file = files.get(path === '/' ? '/index.html' : path);
    if (!file) return false;
    response.setHeader('content-security-policy', CONTENT_SECURITY);
    response.setHeader('cross-origin-opener-policy', 'same-origin');
    // The names of assets carry a hash of their content.
    const lasting = path.startsWith('/assets/');
    response.setHeader('cache-control', lasting ? 'public, max-age=31536000, immutable' : 'no-cache');
    response.writeHead(200, { 'content-type': file.type, 'content-length': file.content.length });
    response.end(request.method === 'HEAD' ? undefined : file.content);
    return true;
  };
}

function servePlain(path: string, _request: IncomingMessage, response: ServerResponse): boolean {
  if (path !== '/') return false;
  sendText(
    response,
    200,
    'Rowplane serves GraphQL at /graphql. Its GraphiQL page was not built: it needs the development dependencies (npm ci).\n',
  );
  return true;
}
