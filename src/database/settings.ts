import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseEnv } from 'node:util';
import { z } from 'zod';

type Environment = Record<string, string | undefined>;

interface Declaration<T extends z.ZodType> {
  /** The environment variable. */
  variable: string;
  shape: T;
  describes: string;
  /** Never shown: `all` of it, or the `password` inside a URL. */
  secret?: 'all' | 'password';
}

const setting = <T extends z.ZodType>(
  variable: string,
  shape: T,
  describes: string,
  secret?: 'all' | 'password',
): Declaration<T> => ({ variable, shape, describes, secret });

const BUS_URL =
  'must be a URL such as nats://user:password@bus.example.org:4222 or rediss://:password@bus.example.org:6379';

const postgresUrl = z
  .url({ protocol: /^postgres(ql)?$/, error: 'must be a URL such as postgresql://user:password@host:5432/database' })
  .optional();
const httpUrl = z.url({ protocol: /^https?$/, error: 'must be a URL such as https://login.example.org' }).optional();
const busUrl = z
  .url({ protocol: /^(nats|tls|rediss?)$/, error: BUS_URL })
  // NATS has clients give a token in the place of the name, where it would be shown.
  .refine((url) => new URL(url).hostname !== '' && (!new URL(url).username || new URL(url).password), {
    error: BUS_URL,
  })
  .optional();
const flag = z
  .enum(['true', 'false', '1', '0', 'yes', 'no'], { error: 'must be true or false' })
  .default('false')
  .transform((value) => ['true', '1', 'yes'].includes(value));
const number = (least: number, most: number, byDefault: number) =>
  z
    .string()
    .regex(/^\d{1,9}$/, { error: `must be a whole number from ${least} to ${most}` })
    .transform(Number)

    .refine((value) => value >= least && value <= most, { error: `must be a whole number from ${least} to ${most}` })
    .default(byDefault);

const origins = z
  .string()
  .default('')
  .transform((value) => value.split(/[\s,]+/).filter((origin) => origin !== ''))
  .refine((all) => all.every((origin) => URL.canParse(origin) && new URL(origin).origin === origin), {
    error: 'must be origins such as https://app.example.org, without a path, separated by commas',
  });

/** Every setting there is, in the order in which `rowplane config` lists them. */
const DECLARED = {
  host: setting('HOST', z.string().default('127.0.0.1'), 'Address to listen on; 0.0.0.0 for all of this machine'),
  port: setting('PORT', number(0, 65535, 4000), 'TCP port for HTTP and WebSocket; 0 for any free one'),
  databaseUrl: setting(
    'DATABASE_URL',
    postgresUrl,
    'Own PostgreSQL 18: owner of the database, who may create roles; for migrations. Unset: embedded PostgreSQL',
    'password',
  ),
  apiUrl: setting(
    'ROWPLANE_API_URL',
    postgresUrl,
    'The same database as rowplane_api. Default: DATABASE_URL with a password derived from the secret',
    'password',
  ),
  adminUrl: setting(
    'ROWPLANE_ADMIN_URL',
    postgresUrl,
    'The same database as rowplane_admin. Unset on an own server: this process refuses administration',
    'password',
  ),
  data: setting('ROWPLANE_DATA', z.string().default('.rowplane'), 'Folder of the embedded PostgreSQL and its secret'),
  schema: setting('ROWPLANE_SCHEMA', z.string().optional(), 'Folder of the object definitions. Default: schema'),
  secret: setting(
    'ROWPLANE_SECRET',
    z
      .string()
      .min(32, { error: 'must have at least 32 characters, for instance from: openssl rand -hex 32' })
      .optional(),
    'What keys and passwords derive from; the same for all processes. Default with embedded PostgreSQL: made once',
    'all',
  ),
  dev: setting('ROWPLANE_DEV', flag, 'Whether `rowplane token` gives out tokens for any user'),
  origins: setting('ROWPLANE_ORIGINS', origins, 'Origins of other pages that may use the API, separated by commas'),
  oidcIssuer: setting('ROWPLANE_OIDC_ISSUER', httpUrl, 'OpenID Connect issuer whose tokens are accepted'),
  oidcAudience: setting('ROWPLANE_OIDC_AUDIENCE', z.string().optional(), "The `aud` of that issuer's tokens for us"),
  oidcAccount: setting(
    'ROWPLANE_OIDC_ACCOUNT',
    z.enum(['email', 'name'], { error: 'must be email or name' }).default('email'),
    "What names the account: the token's verified e-mail, or preferred_username as login name",
  ),
  jwtPublicKey: setting('ROWPLANE_JWT_PUBLIC_KEY', z.string().optional(), 'Ed25519 public key (PEM) of own programs'),
  jwtIssuer: setting('ROWPLANE_JWT_ISSUER', z.string().optional(), 'The `iss` of tokens signed with that key'),
  jwtAudience: setting('ROWPLANE_JWT_AUDIENCE', z.string().optional(), 'The `aud` of tokens signed with that key'),
  readers: setting('ROWPLANE_READERS', number(1, 100, 4), 'Connections shared by reads'),
  writers: setting('ROWPLANE_WRITERS', number(1, 100, 8), 'Connections lent to longer transactions'),
  statementTimeout: setting('ROWPLANE_STATEMENT_TIMEOUT', number(1, 3_600_000, 15_000), 'Milliseconds for a statement'),
  transactionTimeout: setting(
    'ROWPLANE_TRANSACTION_TIMEOUT',
    number(1, 3_600_000, 60_000),
    'Milliseconds for a transaction',
  ),
  deliveryInterval: setting(
    'ROWPLANE_DELIVERY_INTERVAL',
    number(10, 10_000, 100),
    'Milliseconds between two looks at what changed, while anybody subscribes',
  ),
  bus: setting(
    'ROWPLANE_BUS',
    busUrl,
    'NATS or Redis by which several processes wake each other after commits. Unset: each finds changes by looking alone',
    'password',
  ),
  changesKept: setting(
    'ROWPLANE_CHANGES_KEPT',
    number(60, 604_800, 14_400),
    'Seconds that changes are kept for subscriptions that go on from a cursor',
  ),
  followedRecords: setting(
    'ROWPLANE_FOLLOWED_RECORDS',
    number(1, 100_000_000, 2_000_000),
    'Records that the lists subscribed to in a process may hold together; about 24 bytes each',
  ),
  waitingChanges: setting(
    'ROWPLANE_WAITING_CHANGES',
    number(1, 1_000_000, 1_000),
    'Changes that may wait for one subscriber, before a slow one is ended',
  ),
  logLevel: setting(
    'ROWPLANE_LOG_LEVEL',
    z
      .enum(['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'], {
        error: 'must be one of fatal, error, warn, info, debug, trace, silent',
      })
      .default('info'),
    'Least level that is logged',
  ),
};

type Declared = typeof DECLARED;

/** All settings, checked. What has no default and is not set is undefined. */
export type Settings = { [K in keyof Declared]: z.output<Declared[K]['shape']> };

/** One line of `rowplane config`. Secrets are masked. */
export interface SettingDescription {
  variable: string;
  value: string | null;
  source: 'environment' | '.env' | 'default';
  describes: string;
}

/** What is wrong with the settings; each problem names its variable. */
export class SettingsError extends Error {
  override name = 'SettingsError';
  readonly code = 'VALIDATION_FAILED';
  readonly problems: string[];
  constructor(problems: string[]) {
    super(problems.join('\n'));
    this.problems = problems;
  }
}

/**
 * Reads and checks all settings: from `environment`, then from the file `.env` in `directory`, then the defaults. An
 * empty value counts as unset. Throws a SettingsError with every problem at once.
 */
export function readSettings(environment: Environment = process.env, directory = process.cwd()): Settings {
  const file = readEnvFile(directory);
  const problems: string[] = [];
  const values: Record<string, unknown> = {};
  for (const [key, { variable, shape }] of Object.entries(DECLARED)) {
    const result = z.safeParse(shape, environment[variable] || file[variable] || undefined);
    if (result.success) values[key] = result.data;
    else problems.push(`${variable} ${result.error.issues[0]?.message ?? 'is invalid'}`);
  }
  const settings = values as Settings;
  if (problems.length === 0) problems.push(...contradictions(settings));
  if (problems.length > 0) throw new SettingsError(problems);
  return settings;
}

/** Every setting with its value and where that comes from, for people to read; wrong values are listed as they are. */
export function describeSettings(
  environment: Environment = process.env,
  directory = process.cwd(),
): SettingDescription[] {
  const file = readEnvFile(directory);
  return Object.values<Declaration<z.ZodType>>(DECLARED).map(({ variable, shape, describes, secret }) => {
    const given = environment[variable] || file[variable];
    const value = given ?? z.safeParse(shape, undefined).data;
    return {
      variable,
      value:
        typeof value === 'object' || value === undefined ? null : mask(`${value as string | number | boolean}`, secret),
      source: environment[variable] ? 'environment' : given ? '.env' : 'default',
      describes,
    };
  });
}

/** Settings that are right one by one and wrong together. */
function contradictions(settings: Settings): string[] {
  const problems: string[] = [];
  const own = settings.databaseUrl ?? settings.apiUrl;
  if (own && !settings.secret) {
    problems.push(
      'ROWPLANE_SECRET must be set together with DATABASE_URL or ROWPLANE_API_URL, and be the same for all processes: ' +
        'for instance the output of openssl rand -hex 32',
    );
  }
  if (settings.adminUrl && !own) {
    problems.push('ROWPLANE_ADMIN_URL needs DATABASE_URL or ROWPLANE_API_URL; the embedded PostgreSQL has its own');
  }
  const together = (variables: Record<string, string | undefined>) => {
    const missing = Object.keys(variables).filter((variable) => !variables[variable]);
    const given = Object.keys(variables).filter((variable) => variables[variable]);
    if (missing.length > 0 && given.length > 0) {
      problems.push(`${missing.join(' and ')} must be set together with ${given.join(' and ')}`);
    }
  };
  together({ ROWPLANE_OIDC_ISSUER: settings.oidcIssuer, ROWPLANE_OIDC_AUDIENCE: settings.oidcAudience });
  together({
    ROWPLANE_JWT_PUBLIC_KEY: settings.jwtPublicKey,
    ROWPLANE_JWT_ISSUER: settings.jwtIssuer,
    ROWPLANE_JWT_AUDIENCE: settings.jwtAudience,
  });
  return problems;
}

function readEnvFile(directory: string): Environment {
  try {
    return parseEnv(readFileSync(join(directory, '.env'), 'utf8'));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return {};
    throw new SettingsError([`The file .env in ${directory} can not be read: ${(error as Error).message}`]);
  }
}

function mask(value: string, secret: 'all' | 'password' | undefined): string {
  if (secret === 'all') return '********';
  if (secret !== 'password') return value;
  if (!URL.canParse(value)) return '********';
  const url = new URL(value);
  if (url.password) url.password = '********';
  if (url.searchParams.has('password')) url.searchParams.set('password', '********');
  return url.href;
}
