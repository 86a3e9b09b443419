import { createHmac } from 'node:crypto';

// One secret per deployment; each use gets a key of its own, so that none can stand in for another.

/** The key (32 bytes) that signs viewer tokens; `migrate` gives it to the database. */
export function viewerTokenKey(secret: string): Buffer {
  return derive(secret, 'rowplane viewer token');
}

/** Tells the database that the server itself asks for accounts, and not SQL that got onto its connection. */
export function accountsProof(secret: string): string {
  return createHmac('sha256', viewerTokenKey(secret)).update('accounts').digest('hex');
}

/** Tells the database that a process asks for what to deliver, and not SQL that got onto its connection. */
export function deliveryProof(secret: string): string {
  return createHmac('sha256', viewerTokenKey(secret)).update('delivery').digest('hex');
}

/** The key (32 bytes) that signs this deployment's own HS256 JWTs. */
export function jwtKey(secret: string): Buffer {
  return derive(secret, 'rowplane jwt');
}

/** The key (32 bytes) that seals API keys. */
export function apiKeyKey(secret: string): Buffer {
  return derive(secret, 'rowplane api key');
}

/** The key (32 bytes) under which page cursors are sealed. */
export function cursorKey(secret: string): Buffer {
  return derive(secret, 'rowplane cursor');
}

/** Where the processes of this deployment hear each other on a bus. */
export function busChannel(secret: string): string {
  return `rowplane.${derive(secret, 'rowplane bus').toString('hex').slice(0, 32)}`;
}

/** The password of a fixed role, where no URL with one was given. */
export function rolePassword(secret: string, role: string): string {
  return derive(secret, `rowplane password of ${role}`).toString('hex');
}

function derive(secret: string, use: string): Buffer {
  return createHmac('sha256', secret).update(use).digest();
}
