import { expect, inject, test } from 'vitest';
import { signViewerToken } from '../../src/access/viewer-token.ts';
import { cursorKey, jwtKey, rolePassword, viewerTokenKey } from '../../src/database/keys.ts';
import { withUser } from '../../src/database/migrate.ts';
import { connect } from '../../src/database/queryable.ts';
import { setPassword } from '../../src/database/roles.ts';
import { createDatabase, withOwner } from '../support/database.ts';
import { TEST_SECRET } from '../support/secret.ts';

const USER = '0198c0de-0000-7000-8000-000000000001';

test('each use of the secret has a key of its own, and the same one at every start', () => {
  const keys = (secret: string) => [
    viewerTokenKey(secret).toString('hex'),
    jwtKey(secret).toString('hex'),
    cursorKey(secret).toString('hex'),
    rolePassword(secret, 'rowplane_api'),
    rolePassword(secret, 'rowplane_admin'),
  ];
  const all = [...keys(TEST_SECRET), ...keys(`${TEST_SECRET}!`)];
  expect(new Set(all).size).toBe(10);
  expect(keys(TEST_SECRET)).toEqual(keys(TEST_SECRET));
  // Fixed for good: another derivation would lock every deployment out of its own database.
  expect(viewerTokenKey('secret').toString('hex')).toBe(
    'a88da1847f8a6e3a9ffe46fe38905edce14c73402180f6022024e1662dc6e9e2',
  );
});

test('the database accepts the tokens that are signed here, and no other', async () => {
  const database = await createDatabase();
  try {
    const key = viewerTokenKey(TEST_SECRET);
    const soon = Date.now() / 1000 + 60;
    const token = signViewerToken(key, USER, soon);
    expect(token).toMatch(/^[0-9a-f-]{36}\.\d+\.[0-9a-f]{64}$/);
    await withOwner(database, async (owner) => {
      const userOf = async (text: string | null) =>
        (await owner.query<{ id: string | null }>('select viewer as id from rowplane.enter($1)', [text]))[0]?.id;
      expect(await userOf(token)).toBe(USER);
      expect(await userOf(signViewerToken(jwtKey(TEST_SECRET), USER, soon))).toBe(null);
      expect(await userOf(signViewerToken(key, USER, soon - 120))).toBe(null);
      expect(await userOf(token.replace(USER, USER.replace('1', '2')))).toBe(null);
      for (const broken of [null, '', 'x', token.slice(0, -1), `${token}0`, token.toUpperCase()]) {
        expect(await userOf(broken)).toBe(null);
      }
    });
  } finally {
    await database.drop();
  }
});

test('a password that is set as a verifier works, quotes and all, and no other does', async () => {
  const superuserUrl = inject('template').replace('rowplane_template', 'postgres');
  const session = await connect(superuserUrl);
  const role = `login_${process.pid}`;
  try {
    await session.query(`create role ${role} login`);
    await setPassword(session, role, "it's a \\ pass:word@/?");
    await (await connect(withUser(superuserUrl, role, "it's a \\ pass:word@/?"))).end();
    await expect(connect(withUser(superuserUrl, role, 'another'))).rejects.toThrow('password authentication failed');
  } finally {
    await session.query(`drop role ${role}`);
    await session.end();
  }
});
