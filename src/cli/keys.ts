import type { Command } from 'commander';
import { isUuid } from '../database/uuid.ts';
import { type ActingOptions, adminCommand, changing, reading, wholeList } from './administration.ts';
import { find } from './find.ts';
import { action, misuse, report, table } from './output.ts';

interface ListOptions extends ActingOptions {
  search?: string;
  active?: boolean;
  ended?: boolean;
}

interface KeyOptions extends ActingOptions {
  name: string;
  expires?: string;
}

const functions = () => import('../administration/api-keys.ts');

/** `rowplane keys …`: the API keys of service accounts (U11). */
export function addKeys(program: Command): void {
  const keys = program.command('keys').description('API keys of service accounts');
  adminCommand(keys, 'list [user]', 'list the keys of a service account, or of all')
    .option('--search <text>', 'only those where the name of the key or account contains this')
    .option('--active', 'only those that work now')
    .option('--ended', 'only those that were revoked, expired, or are of a blocked account')
    .action(action(list));
  adminCommand(keys, 'create <user>', 'make a key; it is shown once')
    .requiredOption('--name <name>', 'what the key is for')
    .option('--expires <moment>', 'ISO 8601, within five years; default: in a year')
    .action(action(create));
  adminCommand(keys, 'revoke <ids...>', 'end keys for good').action(action(revoke));
}

async function list(called: string | undefined, options: ListOptions): Promise<void> {
  const { listApiKeys } = await functions();
  const { search, active, ended } = options;
  if (active && ended) throw misuse('A key is active or has ended: give one of --active and --ended, or none.');
  const keys = await reading(options, async (a) => {
    const user = called === undefined ? null : await find(a, 'users', called);
    const filter = { user, active: active ? true : ended ? false : null };
    return wholeList((page) => listApiKeys(a, filter, { ...page, search }));
  });
  report(keys, options, () => table(keys, ['user', 'name', 'expiresAt', 'revokedAt', 'lastUsedAt', 'id']));
}

async function create(called: string, options: KeyOptions): Promise<void> {
  const { createApiKey } = await functions();
  const { createApiKeys } = await import('../accounts/api-keys.ts');
  const made = await changing(options, async (a, _definitions, secret) => {
    const input = { name: options.name, expiresAt: options.expires };
    return createApiKey(a, createApiKeys(secret), await find(a, 'users', called), input);
  });
  report(
    made,
    options,
    () => `${made.key}\nKeep it now: it is not shown again. It expires at ${made.apiKey.expiresAt}.`,
  );
}

async function revoke(ids: string[], options: ActingOptions): Promise<void> {
  const { revokeApiKeys } = await functions();
  const strange = ids.find((id) => !isUuid(id));
  if (strange !== undefined) throw misuse(`"${strange}" is not the id of a key: see rowplane keys list.`);
  const keys = await changing(options, (a) => revokeApiKeys(a, ids));
  report(keys, options, () => keys.map(({ name }) => `Revoked the key "${name}".`).join('\n'));
}
