import { createHmac } from 'node:crypto';

/**
 * Signs who the viewer is, for the database: `<uuid>.<unix seconds>.<hex hmac-sha256 of "uuid.seconds">`.
 * `key` is `viewerTokenKey(secret)`; `expiresAt` counts seconds since 1970. `rowplane.enter` checks it.
 */
export function signViewerToken(key: Buffer, userId: string, expiresAt: number): string {
  const claim = `${userId}.${Math.floor(expiresAt)}`;
  return `${claim}.${createHmac('sha256', key).update(claim).digest('hex')}`;
}
