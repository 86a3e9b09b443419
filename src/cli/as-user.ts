import type { Command } from 'commander';
import type { Definitions } from '../compiler/definition.ts';
import type { Services } from '../graphql/context.ts';
import { withDeployment } from './deployment.ts';
import { type OutputOptions, withOutput } from './output.ts';

/** Options of every command that does something as a user, who needn't be an administrator. */
export interface UserOptions extends OutputOptions {
  as: string;
}

/** What a user asks the API for, as it is in this process; a refusal is thrown. */
export interface Asking {
  definitions: Definitions;
  ask: <T>(source: string, variables?: Record<string, unknown>) => Promise<T>;
}

/** Adds a command that acts as the user whom it names. */
export function userCommand(noun: Command, signature: string, description: string): Command {
  return withOutput(noun.command(signature))
    .description(description)
    .requiredOption('--as <user>', 'the user as whom it is done');
}

/** Runs `work` with the API as a user has it: the database judges, as it does over HTTP. */
export async function asUser<T>({ as }: UserOptions, work: (asking: Asking) => Promise<T>): Promise<T> {
  const [{ connect }, { accountsProof, viewerTokenKey }, { openViewers }, { loadDefinitions }, { schemaFolder }] =
    await Promise.all([
      import('../database/queryable.ts'),
      import('../database/keys.ts'),
      import('../access/viewers.ts'),
      import('../compiler/load-definitions.ts'),
      import('./schema-folder.ts'),
    ]);
  const { Refusal } = await import('../access/refusals.ts');
  return withDeployment(async ({ apiUrl, secret }, settings) => {
    const session = await connect(apiUrl, 'rowplane command line');
    const [found] = await session
      .query<{ id: string | null }>(`select rowplane.find_account('name', $1, $2) as id`, [as, accountsProof(secret)])
      .finally(() => session.end());
    if (found?.id == null) throw new Refusal('NOT_FOUND', `There is no user "${as}".`);
    const definitions = await loadDefinitions(schemaFolder(settings));
    const viewers = openViewers({ url: apiUrl, key: viewerTokenKey(secret), readers: 1, lent: 1 });
    try {
      const ask = await openAsking({ viewers, definitions, secret }, found.id);
      return await work({ definitions, ask });
    } finally {
      await viewers.end();
    }
  });
}

async function openAsking(
  services: Pick<Services, 'viewers' | 'definitions' | 'secret'>,
  viewer: string,
): Promise<Asking['ask']> {
  const [{ contextFactory }, { createSchema }, { createExecutor }, { Refusal }, { parse, validate }] =
    await Promise.all([
      import('../graphql/context.ts'),
      import('../graphql/create-schema.ts'),
      import('../graphql/executor/execute.ts'),
      import('../access/refusals.ts'),
      import('graphql'),
    ]);
  const failures: unknown[] = [];
  const schema = createSchema(services.definitions);
  const execute = createExecutor(schema);
  const contextOf = contextFactory({ ...services, administrators: null, log: (error) => failures.push(error) });
  return async (source, variables = {}) => {
    const document = parse(source);
    const [misfit] = validate(schema, document);
    if (misfit) throw misfit;
    const { data, errors } = await execute({ document, variables, context: contextOf({ id: viewer }, 'cli') });
    const [failure] = failures.splice(0);
    if (failure !== undefined) throw failure as Error;
    const [error] = errors ?? [];
    if (error) {
      const { code, ...details } = error.extensions as { code: ConstructorParameters<typeof Refusal>[0] };
      throw new Refusal(code, error.message, details);
    }
    return data as never;
  };
}
