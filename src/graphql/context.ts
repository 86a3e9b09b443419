import { createApiKeys, type ApiKeys } from '../accounts/api-keys.ts';
import type { Administrators } from '../access/administrators.ts';
import type { Viewer, Viewers } from '../access/viewers.ts';
import type { Definitions } from '../compiler/definition.ts';
import type { Delivery } from '../delivery/delivery.ts';
import { createCursors, type Cursors } from '../reader/cursor.ts';
import { createReader, type Reader } from '../reader/reader.ts';
import { momentarySession, type Session } from '../reader/session.ts';
import type { ErrorLog } from './errors.ts';
import { LIMITS, type Limits } from './limits.ts';

/** What resolvers get of one request. */
export interface Context {
  viewer: Viewer;
  viewers: Viewers;
  /** Null where this process has no connection for administration: then it is refused. */
  administrators: Administrators | null;
  definitions: Definitions;
  /** Null where this process follows no changes: then there are no subscriptions. */
  delivery: Delivery | null;
  reader: Reader;
  cursors: Cursors;
  /** Makes API keys (U11). */
  apiKeys: ApiKeys;
  limits: Limits;
  requestId: string;
  log: ErrorLog;
  /** What is read for the operation: one snapshot for a query, one per reading for a mutation (V5). */
  session: Session;
}

/** What all requests of a process share. */
export interface Services {
  viewers: Viewers;
  administrators: Administrators | null;
  definitions: Definitions;
  delivery?: Delivery | null;
  /** ROWPLANE_SECRET: cursors are encrypted and API keys sealed with keys derived from it. */
  secret: string;
  /** Told of errors that clients get only an id of. */
  log?: (error: unknown, id: string, requestId: string) => void;
  limits?: Partial<Limits>;
}

/** Makes the context of a request from its viewer. The session is replaced by the executor, which knows the operation. */
export function contextFactory({
  viewers,
  administrators,
  definitions,
  delivery = null,
  secret,
  log,
  limits,
}: Services): (viewer: Viewer, requestId: string) => Context {
  const shared = {
    viewers,
    administrators,
    definitions,
    delivery,
    reader: createReader(viewers),
    cursors: createCursors(secret),
    apiKeys: createApiKeys(secret),
    limits: { ...LIMITS, ...limits },
  };
  return (viewer, requestId) => ({
    ...shared,
    viewer,
    requestId,
    log: (error, id) => log?.(error, id, requestId),
    session: momentarySession(shared.reader, viewer),
  });
}
