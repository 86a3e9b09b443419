import type { ApiKeys } from '../accounts/api-keys.ts';
import type { Administration } from '../access/administrators.ts';
import { Refusal, invalid } from '../access/refusals.ts';
import { checkedName, forEachAt } from './input.ts';
import { listByName, type Page, type PageRequest } from './pages.ts';
import { getUser } from './users.ts';

/** U11. The key itself is shown when it is made, and never again. */
export interface ApiKey {
  id: string;
  name: string;
  /** The service account's. */
  userId: string;
  user: string;
  /** Moments are ISO 8601 in UTC. */
  createdAt: string;
  expiresAt: string;
  revokedAt: string | null;
  /** To the hour. */
  lastUsedAt: string | null;
}

export interface ApiKeyInput {
  name: string;
  /** ISO 8601; in a year where it isn't said. */
  expiresAt?: string | null | undefined;
}

const YEAR = 365 * 86_400_000;
const LONGEST = 5 * YEAR;

const moment = (column: string) => `to_char(k.${column} at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"')`;
const KEYS = `
  select k.id, k.name, k.user_id as "userId", u.name as user, ${moment('created_at')} as "createdAt", ${moment('expires_at')} as "expiresAt",
    ${moment('revoked_at')} as "revokedAt", ${moment('last_used_at')} as "lastUsedAt"
  from rowplane.api_keys k join rowplane.users u on u.id = k.user_id`;

/** Which keys: those that meet all that is given. */
export interface ApiKeyFilter {
  user?: string | null;
  /** Those that work now, or those that ended: revoked, expired, or of an account that is blocked. */
  active?: boolean | null;
}

const ACTIVE =
  'k.revoked_at is null and k.expires_at > now() and u.active and not coalesce(u.blocked_until > now(), false)';

/** The keys of all service accounts, by name; the search is for names of keys and accounts. */
export function listApiKeys(
  a: Administration,
  { user, active }: ApiKeyFilter = {},
  request: PageRequest = {},
): Promise<Page<ApiKey>> {
  const select = `${KEYS} where ($1::uuid is null or k.user_id = $1) and ($2::boolean is null or (${ACTIVE}) = $2)`;
  const searched = `concat_ws(' ', name, "user")`;
  return listByName(a, { select, values: [user ?? null, active ?? null], idType: 'uuid', searched }, request);
}

/** The keys of a service account, the newest first, those that ended too. */
export function listApiKeysOf(a: Administration, userId: string): Promise<ApiKey[]> {
  return a.query<ApiKey>(`${KEYS} where k.user_id = $1 order by k.id desc`, [userId]);
}

/** Makes a key for a service account; VALIDATION_FAILED for anybody else. `key` is what its program sends. */
export async function createApiKey(
  a: Administration,
  apiKeys: ApiKeys,
  userId: string,
  { name, expiresAt }: ApiKeyInput,
): Promise<{ apiKey: ApiKey; key: string }> {
  await getUser(a, userId);
  const end = expiresAt == null ? Date.now() + YEAR : Date.parse(expiresAt);
  if (!(end > Date.now() && end < Date.now() + LONGEST))
    throw invalid([{ path: 'expiresAt', message: 'must be a moment in the next five years' }]);
  const { key, hash } = apiKeys.mint();
  const [row] = await a.query<{ id: string }>(
    'insert into rowplane.api_keys (user_id, name, hash, expires_at) values ($1, $2, $3, $4) returning id',
    [userId, checkedName(name), hash, new Date(end).toISOString()],
  );
  return { apiKey: await getApiKey(a, row!.id), key };
}

/** Ends a key for good, for the next request already. Again is no error. */
export async function revokeApiKey(a: Administration, id: string): Promise<ApiKey> {
  await getApiKey(a, id);
  await a.query('update rowplane.api_keys set revoked_at = now() where id = $1', [id]);
  return getApiKey(a, id);
}

/** Ends keys, all or none. */
export function revokeApiKeys(a: Administration, ids: readonly string[]): Promise<ApiKey[]> {
  return forEachAt(ids, 'ids', (id) => revokeApiKey(a, id));
}

async function getApiKey(a: Administration, id: string): Promise<ApiKey> {
  const [found] = await a.query<ApiKey>(`${KEYS} where k.id = $1`, [id]);
  if (!found) throw new Refusal('NOT_FOUND', 'There is no such API key.', { path: 'id' });
  return found;
}
