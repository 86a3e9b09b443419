import { Refusal } from '../access/refusals.ts';
import { ANONYMOUS, type Viewer } from '../access/viewers.ts';
import type { TokenVerifier } from './token-verifier.ts';

/** Who makes a request. `expiresAt` is when the token ends; anonymous has none. */
export interface Identity {
  viewer: Viewer;
  expiresAt: Date | null;
}

/**
 * Who is behind an Authorization header. No token is anonymous, never an error; a token that isn't valid here is refused
 * (UNAUTHENTICATED) rather than taken for anonymous, so that nobody takes an empty list for the truth.
 */
export type Identify = (authorization: string | undefined) => Promise<Identity>;

export function unauthenticated(message: string): Refusal {
  return new Refusal('UNAUTHENTICATED', message);
}

/** Finds the account that a verified token names: user id, or null. */
export type FindAccount = (claim: AccountClaim) => Promise<string | null>;
export interface AccountClaim {
  by: 'id' | 'name' | 'email';
  value: string;
}

/** Longer than any real token, and short enough that nobody can make us hash much. */
const LONGEST_TOKEN = 8192;
/** How long a verified token and its account are remembered. Rights are never remembered: the database looks at each operation. */
const REMEMBERED_FOR = 30_000;
const REMEMBERED_TOKENS = 10_000;

/** Identity from `Authorization: Bearer <JWT>`. */
export function createIdentify(verifier: TokenVerifier, findAccount: FindAccount): Identify {
  const remembered = new Map<string, { identity: Identity; until: number }>();

  return async (authorization) => {
    if (authorization === undefined) return { viewer: { id: ANONYMOUS }, expiresAt: null };
    const token = bearerToken(authorization);
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

function bearerToken(authorization: string): string {
  const token = /^Bearer +([\w-]+\.[\w-]+\.[\w-]+)$/i.exec(authorization)?.[1];
  if (!token || token.length > LONGEST_TOKEN)
    throw unauthenticated('The Authorization header must be "Bearer" and a JSON Web Token.');
  return token;
}
