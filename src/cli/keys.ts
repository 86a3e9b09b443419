import type { Command } from 'commander';
import { isUuid } from '../database/uuid.ts';
import { type ActingOptions, adminCommand, changing, reading } from './administration.ts';
import { find } from './find.ts';
import { action, report, table } from './output.ts';

interface KeyOptions extends ActingOptions {
  name: string;
  expires?: string;
}

const functions = () => import('../administration/api-keys.ts');

/** `rowplane keys …`: the API keys of service accounts (U11). */
export function addKeys(program: Command): void {
  const keys = program.command('keys').description('API keys of service accounts');
  adminCommand(keys, 'list [user]', 'list the keys of a service account, or of all').action(action(list));
  adminCommand(keys, 'create <user>', 'make a key; it is shown once')
    .requiredOption('--name <name>', 'what the key is for')
    .option('--expires <moment>', 'ISO 8601, within five years; default: in a year')
    .action(action(create));
  adminCommand(keys, 'revoke <id>', 'end a key for good').action(action(revoke));
}

async function list(called: string | undefined, options: ActingOptions): Promise<void> {
  const { listApiKeys } = await functions();
  const keys = await reading(options, async (a) =>
    listApiKeys(a, called === undefined ? null : await find(a, 'users', called)),
  );
  report(keys, options, () => table(keys, ['name', 'expiresAt', 'revokedAt', 'lastUsedAt', 'id']));
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

async function revoke(id: string, options: ActingOptions): Promise<void> {
  const { revokeApiKey } = await functions();
  const { invalid } = await import('../access/refusals.ts');
  if (!isUuid(id)) throw invalid([{ path: 'id', message: 'is not the id of a key: see rowplane keys list' }]);
  const key = await changing(options, (a) => revokeApiKey(a, id));
  report(key, options, () => `Revoked the key "${key.name}".`);
}
