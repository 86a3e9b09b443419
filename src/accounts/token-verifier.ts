import { createRemoteJWKSet, decodeJwt, errors, importSPKI, jwtVerify, SignJWT, type JWTPayload } from 'jose';
import { unauthenticated, type AccountClaim } from './identity.ts';

/** `iss` and `aud` of this deployment's own tokens. Another deployment's don't work here, since its key differs. */
export const OWN_ISSUER = 'rowplane';
export const OWN_AUDIENCE = 'rowplane';

export interface TrustedIssuers {
  /** Key of this deployment's own HS256 tokens. */
  ownKey: Uint8Array;
  /** Programs that sign with Ed25519: public key in PEM (SPKI), `iss` and `aud` that they put into their tokens. */
  publicKey?: { pem: string; issuer: string; audience: string };
  /** OpenID Connect: issuer URL (its keys are found by discovery), `aud` of its tokens for us, and which claim names the account. */
  oidc?: { issuer: string; audience: string; accountClaim: 'email' | 'name' };
}

export interface TokenVerifier {
  /** Throws a Refusal (UNAUTHENTICATED) unless signature, algorithm, issuer, audience and time are right. */
  verify(token: string): Promise<{ claim: AccountClaim; expiresAt: Date }>;
}

interface Issuer {
  verify(token: string): Promise<JWTPayload>;
  claim(payload: JWTPayload): AccountClaim | null;
}

/** Seconds by which clocks may differ. */
const CLOCK_TOLERANCE = 5;
const REQUIRED_CLAIMS = ['iss', 'aud', 'sub', 'exp'];

/** Each issuer has its own keys and its own fixed algorithms, so that a public key can never pass as an HMAC secret. */
export async function createTokenVerifier(trusted: TrustedIssuers): Promise<TokenVerifier> {
  const issuers = new Map<string, Issuer>();
  issuers.set(OWN_ISSUER, ownIssuer(trusted.ownKey));
  if (trusted.publicKey) issuers.set(trusted.publicKey.issuer, await keyIssuer(trusted.publicKey));
  if (trusted.oidc) issuers.set(trusted.oidc.issuer, oidcIssuer(trusted.oidc));

  return {
    async verify(token) {
      const issuer = issuers.get(issuerNamedIn(token));
      if (!issuer) throw unauthenticated('The token comes from an issuer that is not trusted here.');
      const payload = await issuer.verify(token).catch(explain);
      const claim = issuer.claim(payload);
      if (!claim) throw unauthenticated('The token does not name an account (a verified e-mail address is needed).');
      return { claim, expiresAt: new Date((payload.exp ?? 0) * 1000) };
    },
  };
}

/** A token of this deployment for one user, as `rowplane token` gives out. `lifetime` in seconds. */
export async function signOwnToken(ownKey: Uint8Array, userId: string, lifetime: number): Promise<string> {
  return new SignJWT({})
    .setProtectedHeader({ alg: 'HS256', typ: 'JWT' })
    .setIssuer(OWN_ISSUER)
    .setAudience(OWN_AUDIENCE)
    .setSubject(userId)
    .setIssuedAt()
    .setExpirationTime(`${lifetime} seconds`)
    .sign(ownKey);
}

function ownIssuer(key: Uint8Array): Issuer {
  const options = {
    algorithms: ['HS256'],
    issuer: OWN_ISSUER,
    audience: OWN_AUDIENCE,
    requiredClaims: REQUIRED_CLAIMS,
    clockTolerance: CLOCK_TOLERANCE,
  };
  return {
    verify: async (token) => (await jwtVerify(token, key, options)).payload,
    claim: (payload) => named('id', payload.sub),
  };
}

async function keyIssuer({ pem, issuer, audience }: NonNullable<TrustedIssuers['publicKey']>): Promise<Issuer> {
  const key = await importSPKI(pem, 'EdDSA');
  const options = {
    algorithms: ['EdDSA', 'Ed25519'],
    issuer,
    audience,
    requiredClaims: REQUIRED_CLAIMS,
    clockTolerance: CLOCK_TOLERANCE,
  };
  return {
    verify: async (token) => (await jwtVerify(token, key, options)).payload,
    claim: (payload) => named('name', payload.sub),
  };
}

function oidcIssuer({ issuer, audience, accountClaim }: NonNullable<TrustedIssuers['oidc']>): Issuer {
  let keys: Promise<ReturnType<typeof createRemoteJWKSet>> | null = null;
  const options = {
    // Public-key algorithms only: with HS256 the issuer's published key would be a secret that everyone knows.
    algorithms: ['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512', 'ES256', 'ES384', 'ES512', 'EdDSA', 'Ed25519'],
    issuer,
    audience,
    requiredClaims: REQUIRED_CLAIMS,
    clockTolerance: CLOCK_TOLERANCE,
  };
  return {
    async verify(token) {
      keys ??= discoverKeys(issuer).catch((error: unknown) => {
        keys = null; // asked again with the next token
        throw error;
      });
      return (await jwtVerify(token, await keys, options)).payload;
    },
    claim(payload) {
      if (accountClaim === 'name') return named('name', payload.preferred_username ?? payload.sub);
      // Whoever can register any address at the issuer must not become its owner here.
      return payload.email_verified === true ? named('email', payload.email) : null;
    },
  };
}

/** The keys of an OpenID Connect issuer, by its discovery document. jose fetches them when needed and again when they rotate. */
async function discoverKeys(issuer: string) {
  const address = `${issuer.replace(/\/$/, '')}/.well-known/openid-configuration`;
  const response = await fetch(address, { signal: AbortSignal.timeout(5000), redirect: 'error' });
  if (!response.ok) throw new Error(`${address} answered ${response.status}`);
  const document = (await response.json()) as { issuer?: unknown; jwks_uri?: unknown };
  if (document.issuer !== issuer || typeof document.jwks_uri !== 'string')
    throw new Error(`${address} is not the discovery document of ${issuer}`);
  return createRemoteJWKSet(new URL(document.jwks_uri), { timeoutDuration: 5000 });
}

function issuerNamedIn(token: string): string {
  try {
    return decodeJwt(token).iss ?? '';
  } catch {
    throw unauthenticated('The token is not a JSON Web Token.');
  }
}

function named(by: AccountClaim['by'], value: unknown): AccountClaim | null {
  return typeof value === 'string' && value !== '' && value.length <= 320 ? { by, value } : null;
}

/** Says what is wrong with a token without repeating anything of it. Failures that aren't the token's (keys unreachable) go on as they are. */
function explain(error: unknown): never {
  if (error instanceof errors.JWTExpired)
    throw unauthenticated('The token has expired: sign in again.', { expired: true });
  if (error instanceof errors.JWTClaimValidationFailed)
    throw unauthenticated(`The token is not meant for this server, or not valid now (its "${error.claim}" claim).`);
  const notTheToken = error instanceof errors.JWKSTimeout || error instanceof errors.JWKSInvalid;
  if (error instanceof errors.JOSEError && !notTheToken)
    throw unauthenticated("The token's signature is not valid here.");
  throw error;
}
