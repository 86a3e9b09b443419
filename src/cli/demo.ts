import type { Command } from 'commander';
import { withDeployment } from './deployment.ts';
import { action, note, report, withOutput, type OutputOptions } from './output.ts';

/** `rowplane demo`: the demo, in an empty database of one's own; an embedded one has it from its first start. */
export function addDemo(program: Command): void {
  withOutput(program.command('demo'))
    .description('load the demo into an empty database')
    .action(
      action(async (options: OutputOptions) => {
        const [{ loadDemo }, { bringUpToDate }, { viewerTokenKey }] = await Promise.all([
          import('../demo/load-demo.ts'),
          import('./bring-up-to-date.ts'),
          import('../database/keys.ts'),
        ]);
        const loaded = await withDeployment(async (deployment, settings) => {
          const { ownerUrl, adminUrl, secret } = deployment;
          if (ownerUrl === null) throw new Error('DATABASE_URL must be set to load the demo.');
          if (adminUrl === null)
            throw new Error('ROWPLANE_ADMIN_URL must be set to load the demo: most of it is made by an administrator.');
          const { definitions } = await bringUpToDate(deployment, settings, note);
          return loadDemo({ ownerUrl, adminUrl, key: viewerTokenKey(secret), definitions });
        });
        report({ loaded }, options, () => (loaded ? 'The demo is loaded.' : 'The demo is here already.'));
      }),
    );
}
