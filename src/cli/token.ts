import type { Command } from 'commander';
import { withDeployment } from './deployment.ts';
import { action, report, withOutput, type OutputOptions } from './output.ts';

interface TokenArguments extends OutputOptions {
  dev?: boolean;
  hours: string;
}

/** `rowplane token`: signs in as anybody, so it is for the demo and for development. */
export function addToken(program: Command): void {
  withOutput(program.command('token'))
    .description('print a token for a user of this deployment; in the demo, or with --dev')
    .argument('<user>', 'login name')
    .option('--dev', 'also outside of the demo, as ROWPLANE_DEV does')
    .option('--hours <number>', 'how long it is good for', '12')
    .action(action((user: string, options: TokenArguments) => printToken(user, options)));
}

async function printToken(user: string, { dev = false, hours, json }: TokenArguments): Promise<void> {
  const [{ connect }, { accountsProof, jwtKey }, { signOwnToken }, { Refusal }] = await Promise.all([
    import('../database/queryable.ts'),
    import('../database/keys.ts'),
    import('../accounts/token-verifier.ts'),
    import('../access/refusals.ts'),
  ]);
  const lifetime = Math.round(Number(hours) * 3600);
  if (!(lifetime >= 1 && lifetime <= 366 * 24 * 3600)) {
    throw new Refusal('VALIDATION_FAILED', '--hours must be a number above 0 and at most 8784.');
  }
  const token = await withDeployment(async ({ apiUrl, secret }, settings) => {
    const session = await connect(apiUrl, 'rowplane token');
    try {
      const [found] = await session.query<{ demo: boolean; id: string | null }>(
        `select rowplane.is_demo() as demo, rowplane.find_account('name', $1, $2) as id`,
        [user, accountsProof(secret)],
      );
      if (!found?.demo && !settings.dev && !dev) {
        throw new Refusal(
          'FORBIDDEN',
          'This deployment is not the demo: its users sign in themselves. For development, add --dev.',
        );
      }
      if (found?.id == null) throw new Refusal('NOT_FOUND', `There is no user "${user}".`);
      return await signOwnToken(jwtKey(secret), found.id, lifetime);
    } finally {
      await session.end();
    }
  });
  report({ user, token }, { json: json ?? false }, () => token);
}
