import { expect, test } from 'vitest';
import { describeSettings, readSettings, SettingsError } from '../../src/database/settings.ts';
import { withFolder } from '../support/folder.ts';

const SECRET = '0123456789abcdef0123456789abcdef';

function problemsOf(environment: Record<string, string>): string[] {
  try {
    readSettings(environment, '/nowhere');
  } catch (error) {
    if (error instanceof SettingsError) return error.problems;
    throw error;
  }
  return [];
}

test('without any setting, everything has its default', () => {
  expect(readSettings({}, '/nowhere')).toMatchObject({
    host: '127.0.0.1',
    port: 4000,
    data: '.rowplane',
    databaseUrl: undefined,
    secret: undefined,
    dev: false,
    logLevel: 'info',
  });
});

test('the environment comes before .env, and .env before the defaults; empty means unset', async () => {
  await withFolder({ '.env': `PORT=5000\nHOST="::1"\nROWPLANE_DATA=${'data'}\n` }, async (folder) => {
    const settings = readSettings({ PORT: '6000', ROWPLANE_DATA: '' }, folder);
    expect([settings.port, settings.host, settings.data]).toEqual([6000, '::1', 'data']);
    const sources = Object.fromEntries(
      describeSettings({ PORT: '6000', ROWPLANE_DATA: '' }, folder).map(({ variable, source }) => [variable, source]),
    );
    expect(sources).toMatchObject({
      PORT: 'environment',
      HOST: '.env',
      ROWPLANE_DATA: '.env',
      ROWPLANE_DEV: 'default',
    });
  });
});

test.each([
  ['PORT', 'http'],
  ['PORT', '65536'],
  ['PORT', '-1'],
  ['PORT', '40.5'],
  ['DATABASE_URL', 'localhost'],
  ['DATABASE_URL', 'mysql://localhost/x'],
  ['ROWPLANE_API_URL', 'postgres'],
  ['ROWPLANE_ADMIN_URL', '127.0.0.1:5432'],
  ['ROWPLANE_SECRET', 'short'],
  ['ROWPLANE_DEV', 'perhaps'],
  ['ROWPLANE_OIDC_ISSUER', 'login.example.org'],
  ['ROWPLANE_OIDC_ACCOUNT', 'sub'],
  ['ROWPLANE_STATEMENT_TIMEOUT', '0'],
  ['ROWPLANE_LOG_LEVEL', 'loud'],
  ['ROWPLANE_BUS', 'bus.example.org:4222'],
  ['ROWPLANE_BUS', 'amqp://bus.example.org'],
  ['ROWPLANE_BUS', 'nats://'],
  ['ROWPLANE_BUS', 'nats://token@bus.example.org'],
  ['ROWPLANE_ORIGINS', 'https://app.example.org/path'],
])('a wrong %s is refused by its name: %s', (variable, value) => {
  expect(problemsOf({ [variable]: value })).toEqual([expect.stringMatching(new RegExp(`^${variable} must `))]);
});

test('several origins are a list, none an empty one', () => {
  expect(readSettings({}, '/nowhere').origins).toEqual([]);
  const two = 'https://app.example.org, http://localhost:3000';
  expect(readSettings({ ROWPLANE_ORIGINS: two }, '/nowhere').origins).toEqual(two.split(', '));
});

test('all problems are told at once', () => {
  expect(problemsOf({ PORT: 'x', ROWPLANE_LOG_LEVEL: 'y' })).toHaveLength(2);
});

test('settings that need each other are refused alone', () => {
  const databaseUrl = 'postgresql://owner:secret@db.example.org/office';
  expect(problemsOf({ DATABASE_URL: databaseUrl })).toEqual([expect.stringMatching(/^ROWPLANE_SECRET must be set/)]);
  expect(problemsOf({ ROWPLANE_API_URL: databaseUrl })).toEqual([
    expect.stringMatching(/^ROWPLANE_SECRET must be set/),
  ]);
  expect(problemsOf({ DATABASE_URL: databaseUrl, ROWPLANE_SECRET: SECRET })).toEqual([]);
  expect(problemsOf({ ROWPLANE_ADMIN_URL: databaseUrl })).toEqual([expect.stringMatching(/^ROWPLANE_ADMIN_URL needs/)]);
  expect(problemsOf({ ROWPLANE_OIDC_ISSUER: 'https://login.example.org' })).toEqual([
    'ROWPLANE_OIDC_AUDIENCE must be set together with ROWPLANE_OIDC_ISSUER',
  ]);
  expect(problemsOf({ ROWPLANE_JWT_ISSUER: 'robots' })).toEqual([
    'ROWPLANE_JWT_PUBLIC_KEY and ROWPLANE_JWT_AUDIENCE must be set together with ROWPLANE_JWT_ISSUER',
  ]);
});

test('a listing of the settings shows no secret, not even in URLs', () => {
  const environment = {
    DATABASE_URL: 'postgresql://owner:hidden@db.example.org/office?password=hidden',
    ROWPLANE_ADMIN_URL: 'hidden',
    ROWPLANE_SECRET: `hidden${SECRET}`,
    ROWPLANE_BUS: 'nats://:hidden@bus.example.org',
  };
  const listed = describeSettings(environment, '/nowhere');
  expect(JSON.stringify(listed)).not.toContain('hidden');
  expect(listed.find(({ variable }) => variable === 'DATABASE_URL')?.value).toContain('owner:********@db.example.org');
});
