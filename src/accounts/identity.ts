import { Refusal } from '../access/refusals.ts';
import { ANONYMOUS, type Viewer } from '../access/viewers.ts';
import { KEY_PREFIX } from './api-keys.ts';
import type { TokenVerifier } from './token-verifier.ts';

/** Who makes a request. `expiresAt` is when the token or key ends; anonymous has none. */
export interface Identity {
  viewer: Viewer;
  expiresAt: Date | null;
}

/**
 * Who is behind an Authorization header. No token is anonymous, never an error; a token that isn't valid here is refused
 * (UNAUTHENTICATED) rather than taken for anonymous, so that nobody takes an empty list for the truth.
 */
export type Identify = (authorization: string | undefined) => Promise<Identity>;

export function unauthenticated(message: string, details: { expired?: true } = {}): Refusal {
  return new Refusal('UNAUTHENTICATED', message, details);
}

/** Finds the account that a verified token names: user id, or null. */
export type FindAccount = (claim: AccountClaim) => Promise<string | null>;
export interface AccountClaim {
  by: 'id' | 'name' | 'email';
  value: string;
}

/** Finds the service account of an API key (U11), as long as the key is good. Asked for each request, so that a revocation is in force at once. */
export type FindKey = (key: string) => Promise<{ id: string; expiresAt: Date } | null>;

/** Longer than any real token, and short enough that nobody can make us hash much. */
const LONGEST_TOKEN = 8192;
/** How long a verified token and its account are remembered. Rights are never remembered: the database looks at each operation. */
const REMEMBERED_FOR = 30_000;
const REMEMBERED_TOKENS = 10_000;

/** Identity from `Authorization: Bearer <JWT or API key>`. */
export function createIdentify(verifier: TokenVerifier, findAccount: FindAccount, findKey: FindKey): Identify {
  const remembered = new Map<string, { identity: Identity; until: number }>();

  return async (authorization) => {
    if (authorization === undefined) return { viewer: { id: ANONYMOUS }, expiresAt: null };
    const token = bearerToken(authorization);
    if (token.startsWith(KEY_PREFIX)) return identifyByKey(findKey, token);
    const known = remembered.get(token);
    if (known && known.until > Date.now()) return known.identity;
    remembered.delete(token);

    const { claim, expiresAt } = await verifier.verify(token);
    const id = await findAccount(claim);
    if (id === null) throw unauthenticated('The token is valid, but nobody here has the account that it names.');
    const identity = { viewer: { id }, expiresAt };
    if (remembered.size >= REMEMBERED_TOKENS) remembered.delete(remembered.keys().next().value ?? '');
    remembered.set(token, { identity, until: Math.min(Date.now() + REMEMBERED_FOR, expiresAt.getTime()) });
    return identity;
  };
}

async function identifyByKey(findKey: FindKey, key: string): Promise<Identity> {
  const found = await findKey(key);
  // The same for whatever is wrong with it: whoever tries keys learns nothing of them.
  if (found === null) throw unauthenticated('The API key is not valid: unknown, expired or revoked.');
  return { viewer: { id: found.id }, expiresAt: found.expiresAt };
}

function bearerToken(authorization: string): string {
  const token = /^Bearer +([\w-]+\.[\w-]+\.[\w-]+|rpk_[\w-]+)$/i.exec(authorization)?.[1];
  if (!token || token.length > LONGEST_TOKEN)
    throw unauthenticated('The Authorization header must be "Bearer" and a JSON Web Token or an API key.');
  return token;
}
