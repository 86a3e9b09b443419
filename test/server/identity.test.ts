import { exportJWK, exportSPKI, generateKeyPair, SignJWT, UnsecuredJWT, type JWTPayload } from 'jose';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ANONYMOUS } from '../../src/access/viewers.ts';
import type { AccountClaim } from '../../src/accounts/identity.ts';
import { signOwnToken } from '../../src/accounts/token-verifier.ts';
import type { RunningServer } from '../../src/server/start-server.ts';
import { ADA, OWN_KEY, post, startTinyServer } from './tiny-server.ts';

let server: RunningServer;
let issuer: Awaited<ReturnType<typeof startIssuer>>;
const programKeys = await generateKeyPair('EdDSA', { extractable: true });
const asked: AccountClaim[] = [];

/** A real OpenID Connect issuer on a socket: discovery and keys. */
async function startIssuer() {
  const keys = await generateKeyPair('RS256', { extractable: true });
  const jwk = { ...(await exportJWK(keys.publicKey)), kid: 'one', alg: 'RS256', use: 'sig' };
  const web = createServer((request, response) => {
    const documents: Record<string, unknown> = {
      '/.well-known/openid-configuration': { issuer: url, jwks_uri: `${url}/keys` },
      '/keys': { keys: [jwk] },
    };
    response.setHeader('content-type', 'application/json').end(JSON.stringify(documents[request.url ?? ''] ?? {}));
  });
  await new Promise<void>((resolve) => web.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(web.address() as AddressInfo).port}`;
  return { url, keys, jwk, stop: () => new Promise((resolve) => web.close(resolve)) };
}

beforeAll(async () => {
  issuer = await startIssuer();
  server = await startTinyServer({
    trusted: {
      publicKey: {
        pem: await exportSPKI(programKeys.publicKey),
        issuer: 'https://programs.example',
        audience: 'records',
      },
      oidc: { issuer: issuer.url, audience: 'rowplane-app', accountClaim: 'email' },
    },
    findAccount: (claim) => {
      asked.push(claim);
      return Promise.resolve([ADA, 'ada', 'ada@example.com'].includes(claim.value) ? ADA : null);
    },
  });
});
afterAll(async () => {
  await server.stop();
  await issuer.stop();
});

const who = (token: string) => post(server.url, '{ viewerId }', { authorization: `Bearer ${token}` });

async function expectRefused(token: string, reason: RegExp) {
  const { status, answer, headers } = await who(token);
  expect(status).toBe(401);
  expect(answer.errors?.[0]?.extensions.code).toBe('UNAUTHENTICATED');
  expect(answer.errors?.[0]?.message).toMatch(reason);
  expect(answer.data).toBeUndefined();
  expect(headers.get('www-authenticate')).toContain('Bearer');
}

const own = (claims: JWTPayload, key: Uint8Array = OWN_KEY) =>
  new SignJWT({ iss: 'rowplane', aud: 'rowplane', sub: ADA, exp: Math.floor(Date.now() / 1000) + 60, ...claims })
    .setProtectedHeader({ alg: 'HS256' })
    .sign(key);

describe('tokens of this deployment', () => {
  test('no token is anonymous', async () => {
    expect((await post(server.url, '{ viewerId }')).answer.data).toEqual({ viewerId: ANONYMOUS });
  });

  test('a token makes a user', async () => {
    expect((await who(await signOwnToken(OWN_KEY, ADA, 60))).answer.data).toEqual({ viewerId: ADA });
  });

  test('a token for nobody here is refused, not anonymous', async () => {
    await expectRefused(await own({ sub: '01990000-0000-7000-8000-0000000000ff' }), /nobody here/);
  });

  test('an expired one is refused', async () => {
    await expectRefused(await own({ exp: Math.floor(Date.now() / 1000) - 60 }), /expired/);
  });

  test('one without an expiry is refused', async () => {
    const claims = { iss: 'rowplane', aud: 'rowplane', sub: ADA };
    await expectRefused(await new SignJWT(claims).setProtectedHeader({ alg: 'HS256' }).sign(OWN_KEY), /"exp"/);
  });

  test('one that is not valid yet is refused', async () => {
    await expectRefused(await own({ nbf: Math.floor(Date.now() / 1000) + 600 }), /not valid now/);
  });

  test('one for another audience is refused', async () => {
    await expectRefused(await own({ aud: 'other' }), /"aud"/);
  });

  test('one under another key is refused', async () => {
    await expectRefused(await own({}, new Uint8Array(32).fill(9)), /signature/);
  });

  test('one without a signature is refused (alg none)', async () => {
    const token = new UnsecuredJWT({}).setIssuer('rowplane').setAudience('rowplane').setSubject(ADA).encode();
    await expectRefused(token, /must be "Bearer"/);
    await expectRefused(`${token}AAAA`, /signature/);
  });

  test('another HMAC than HS256 is refused', async () => {
    const token = new SignJWT({ iss: 'rowplane', aud: 'rowplane', sub: ADA, exp: Math.floor(Date.now() / 1000) + 60 });
    await expectRefused(await token.setProtectedHeader({ alg: 'HS512' }).sign(new Uint8Array(64).fill(7)), /signature/);
  });

  test.each(['Basic YWRhOg==', 'Bearer', 'Bearer x', 'Bearer a.b', `Bearer ${'a'.repeat(9000)}.b.c`, ''])(
    'the header %j is refused, not anonymous',
    async (authorization) => {
      expect((await post(server.url, '{ viewerId }', { authorization })).status).toBe(401);
    },
  );
});

describe("programs' own keys (Ed25519)", () => {
  const program = (claims: JWTPayload) =>
    new SignJWT({
      iss: 'https://programs.example',
      aud: 'records',
      sub: 'ada',
      exp: Math.floor(Date.now() / 1000) + 60,
      ...claims,
    });

  test('the name in sub makes the user', async () => {
    const token = await program({}).setProtectedHeader({ alg: 'EdDSA' }).sign(programKeys.privateKey);
    expect((await who(token)).answer.data).toEqual({ viewerId: ADA });
    expect(asked.at(-1)).toEqual({ by: 'name', value: 'ada' });
  });

  test('the public key does not work as an HMAC secret', async () => {
    const pem = new TextEncoder().encode(await exportSPKI(programKeys.publicKey));
    await expectRefused(await program({}).setProtectedHeader({ alg: 'HS256' }).sign(pem), /signature/);
  });

  test("it can't speak for this deployment's issuer", async () => {
    const token = program({ iss: 'rowplane', aud: 'rowplane', sub: ADA }).setProtectedHeader({ alg: 'EdDSA' });
    await expectRefused(await token.sign(programKeys.privateKey), /signature/);
  });
});

describe('an OpenID Connect issuer', () => {
  const signIn = (claims: JWTPayload, kid = 'one') =>
    new SignJWT({
      iss: issuer.url,
      aud: 'rowplane-app',
      sub: 'opaque-1',
      email: 'ada@example.com',
      email_verified: true,
      exp: Math.floor(Date.now() / 1000) + 60,
      ...claims,
    })
      .setProtectedHeader({ alg: 'RS256', kid })
      .sign(issuer.keys.privateKey);

  test('its keys are found by discovery, and the verified e-mail address makes the user', async () => {
    expect((await who(await signIn({}))).answer.data).toEqual({ viewerId: ADA });
    expect(asked.at(-1)).toEqual({ by: 'email', value: 'ada@example.com' });
  });

  test('an address that it has not verified is nobody', async () => {
    await expectRefused(await signIn({ email_verified: false }), /verified/);
    await expectRefused(await signIn({ email_verified: undefined }), /verified/);
  });

  test('a token for another program is refused', async () => {
    await expectRefused(await signIn({ aud: 'other-app' }), /"aud"/);
  });

  test('an unknown key is refused', async () => {
    await expectRefused(await signIn({}, 'two'), /signature/);
  });

  test('its published key does not work as an HMAC secret', async () => {
    const token = new SignJWT({
      iss: issuer.url,
      aud: 'rowplane-app',
      sub: 'x',
      email: 'ada@example.com',
      email_verified: true,
    })
      .setExpirationTime('1 minute')
      .setProtectedHeader({ alg: 'HS256', kid: 'one' });
    await expectRefused(await token.sign(new TextEncoder().encode(issuer.jwk.n)), /signature/);
  });

  test('another issuer is refused', async () => {
    await expectRefused(await signIn({ iss: 'http://127.0.0.1:1' }), /not trusted/);
  });
});
