import type { Deployment } from '../database/deployment.ts';
import { loadDefinitions } from '../compiler/load-definitions.ts';
import { viewerTokenKey } from '../database/keys.ts';
import type { Settings } from '../database/settings.ts';
import { loadDemo } from '../demo/load-demo.ts';
import { serve } from '../server/serve.ts';
import type { RunningServer } from '../server/start-server.ts';
import { bringUpToDate } from './bring-up-to-date.ts';
import { note } from './output.ts';
import { schemaFolder } from './schema-folder.ts';

export interface ServeDeploymentOptions {
  /** Whether a new embedded database gets the demo. */
  demo: boolean;
  /** The folder of the GraphiQL page, once it is built. */
  page: Promise<string | null>;
}

/** Brings the database up to date, loads the demo into a new embedded one, and serves it. */
export async function serveDeployment(
  deployment: Deployment,
  settings: Settings,
  { demo, page }: ServeDeploymentOptions,
): Promise<RunningServer> {
  const { ownerUrl, adminUrl, embedded, secret } = deployment;
  const { definitions } =
    ownerUrl === null
      ? // A process with ROWPLANE_API_URL alone leaves migrating to others; /readyz tells whether they have.
        { definitions: await loadDefinitions(schemaFolder(settings)) }
      : await bringUpToDate(deployment, settings, note);
  if (demo && embedded && ownerUrl !== null && adminUrl !== null) {
    const options = { ownerUrl, adminUrl, key: viewerTokenKey(secret), definitions, ifEmpty: true };
    if (await loadDemo(options, () => note('Loading the demo'))) note('The demo is loaded: ada, ben, cleo, dara, …');
  }
  return serve({ deployment, settings, definitions, page: await page });
}
