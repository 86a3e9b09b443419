import type { IncomingMessage, ServerResponse } from 'node:http';
import { readJson, RequestProblem, sendJson } from './http.ts';
import { isLocal } from './origins.ts';

/** A viewer that may be picked without signing in. */
export interface OfferedViewer {
  name: string;
  role: string;
  /** What the viewer stands for. */
  note: string;
}

/** Picking a viewer without signing in: for the demo and for development, on one's own machine. */
export interface ViewAs {
  offered(): Promise<OfferedViewer[]>;
  /** A token for one of the offered viewers, else null. */
  tokenFor(name: string): Promise<string | null>;
}

/**
 * `GET /view-as` lists the viewers, `POST /view-as {"user": "cleo"}` gives a token. Where it is off, and for requests that
 * don't come from this machine, there is no such path.
 */
export async function answerViewAs(viewAs: ViewAs | null, request: IncomingMessage, response: ServerResponse) {
  if (!viewAs || !isLocal(request)) {
    sendJson(response, 404, { error: 'Not found.' });
    return;
  }
  response.setHeader('cache-control', 'no-store');
  if (request.method === 'GET') {
    sendJson(response, 200, { viewers: await viewAs.offered() });
  } else if (request.method === 'POST') {
    try {
      const body = await readJson(request, 1000);
      const user = typeof body === 'object' && body !== null && 'user' in body ? body.user : undefined;
      const token = typeof user === 'string' ? await viewAs.tokenFor(user) : null;
      if (token) sendJson(response, 200, { token });
      else sendJson(response, 404, { error: 'There is no such user to view as.' });
    } catch (error) {
      if (!(error instanceof RequestProblem)) throw error;
      sendJson(response, error.status, { error: error.message });
    }
  } else {
    response.setHeader('allow', 'GET, POST');
    sendJson(response, 405, { error: 'GET or POST.' });
  }
}
