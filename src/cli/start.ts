import type { Command } from 'commander';
import { action, note } from './output.ts';

interface StartArguments {
  demo: boolean;
  dev?: boolean;
}

/** `rowplane start`: the server, with everything it needs. */
export function addStart(program: Command): void {
  program
    .command('start')
    .description('bring the database up to date and serve it; without DATABASE_URL, on an embedded PostgreSQL')
    .option('--no-demo', "don't load the demo into a new embedded database")
    .option('--dev', 'offer every account under "View as" on this machine, as ROWPLANE_DEV does')
    .action(action((options: StartArguments) => start(options)));
}

/** Prints one line on stdout when it serves; returns after Ctrl-C, when everything is closed. */
async function start({ demo, dev = false }: StartArguments): Promise<void> {
  const [{ readSettings }, { openDeployment }, { builtPage }, { checkAddress }] = await Promise.all([
    import('../database/settings.ts'),
    import('../database/deployment.ts'),
    import('../graphiql/build.ts'),
    import('../server/start-server.ts'),
  ]);
  const given = readSettings();
  const settings = { ...given, dev: given.dev || dev };
  await checkAddress(settings.host, settings.port);
  const interrupted = interruption();
  // Takes a processor of its own while the other one works on the database.
  const page = builtPage(note);
  const deployment = await openDeployment(settings, note);
  try {
    const { serveDeployment } = await import('./serve-deployment.ts');
    const serving = serveDeployment(deployment, settings, { demo, page });
    const running = await Promise.race([serving, interrupted]);
    if (running === null) {
      await deployment.stop();
      // Nobody waits for what a start that was interrupted was still doing.
      process.exit(130);
    }
    process.stdout.write(`Rowplane ready at ${running.url}/graphql\n`);
    await interrupted;
    note('Stopping');
    await running.stop();
  } finally {
    await deployment.stop();
  }
}

/** Resolves at the first Ctrl-C or SIGTERM; a second one doesn't wait for anybody. */
function interruption(): Promise<null> {
  return new Promise((resolve) => {
    const stop = () => {
      for (const signal of ['SIGINT', 'SIGTERM'] as const) {
        process.off(signal, stop);
        process.once(signal, () => process.exit(1));
      }
      resolve(null);
    };
    process.once('SIGINT', stop).once('SIGTERM', stop);
  });
}
