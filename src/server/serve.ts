import { openAdministrators, type Administrators } from '../access/administrators.ts';
import { openViewers, type Viewer, type Viewers } from '../access/viewers.ts';
import { createApiKeys } from '../accounts/api-keys.ts';
import { createIdentify, type FindAccount, type FindKey } from '../accounts/identity.ts';
import { createTokenVerifier, signOwnToken } from '../accounts/token-verifier.ts';
import { openBus, type Bus } from '../bus/bus.ts';
import type { Definitions } from '../compiler/definition.ts';
import type { Deployment } from '../database/deployment.ts';
import { accountsProof, busChannel, deliveryProof, jwtKey, viewerTokenKey } from '../database/keys.ts';
import { openPool, type Queryable } from '../database/queryable.ts';
import type { Settings } from '../database/settings.ts';
import { openDelivery, type OpenDelivery } from '../delivery/open-delivery.ts';
import { PEOPLE } from '../demo/people.ts';
import { createLog, type Log } from './log.ts';
import { createReadinessCheck } from './readiness.ts';
import { startServer, type RunningServer } from './start-server.ts';
import { startTreeUpkeep } from './tree-upkeep.ts';
import type { ViewAs } from './view-as.ts';
import { graphqlParts } from './graphql-parts.ts';
import { isLoopbackHost } from './origins.ts';

/** Seconds that a token of the *View as* picker is good for. */
const PICKED_FOR = 12 * 3600;

export interface ServeOptions {
  deployment: Pick<Deployment, 'apiUrl' | 'adminUrl' | 'secret'>;
  settings: Settings;
  definitions: Definitions;
  /** The folder of the GraphiQL page, or null. */
  page: string | null;
}

/** Serves a migrated database: opens its connections, identity and schema, and listens. `stop` closes all of it. */
export async function serve({ deployment, settings, definitions, page }: ServeOptions): Promise<RunningServer> {
  const { secret, apiUrl, adminUrl } = deployment;
  const log = createLog(settings.logLevel);
  const key = viewerTokenKey(secret);
  // What this process changed itself, its followers are told of at once; and those of others where there is a bus.
  const onCommit = () => {
    delivery.wake();
    bus?.tell();
  };
  // Looks up accounts and readiness; what viewers ask goes through `viewers` alone.
  const api = openPool(apiUrl, 2, 'rowplane server');
  const viewers = openViewers({
    url: apiUrl,
    key,
    readers: settings.readers,
    lent: settings.writers,
    statementTimeout: settings.statementTimeout,
    transactionTimeout: settings.transactionTimeout,
    onCommit,
  });
  const onError = (error: unknown) => {
    log.error({ err: error }, 'work after a change failed');
  };
  const administrators = adminUrl === null ? null : openAdministrators({ url: adminUrl, key, onError, onCommit });
  const delivery = openDelivery({
    url: apiUrl,
    secret,
    viewers,
    interval: settings.deliveryInterval,
    keep: settings.changesKept,
    mostHeld: settings.followedRecords,
    mostWaiting: settings.waitingChanges,
    statementTimeout: settings.statementTimeout,
    onError: (error) => {
      log.warn({ err: error }, 'delivering changes failed, and is tried again');
    },
  });
  const bus = busOf(settings, secret, log, () => {
    delivery.wake();
  });
  const upkeepPool = openPool(apiUrl, 1, 'rowplane upkeep');
  const upkeep = startTreeUpkeep({ database: upkeepPool, proof: deliveryProof(secret), log });
  const closeConnections = async () => {
    await bus?.end();
    await Promise.all([delivery.end(), upkeep.stop()]);
    await Promise.all([viewers.end(), administrators?.end(), api.end(), upkeepPool.end()]);
  };
  try {
    const running = await listen({ settings, definitions, page, secret, log, api, viewers, administrators, delivery });
    return {
      url: running.url,
      async stop() {
        await running.stop();
        await closeConnections();
      },
    };
  } catch (error) {
    await closeConnections();
    throw error;
  }
}

function busOf({ bus: url }: Settings, secret: string, log: Log, onNews: () => void): Bus | null {
  if (url === undefined) return null;
  return openBus({
    url,
    channel: busChannel(secret),
    onNews,
    onLost: (error) => {
      log.warn(
        { err: error },
        'no connection to the bus: changes of other processes are found by looking, until it is back',
      );
    },
    onBack: () => {
      log.info('the bus is back');
    },
  });
}

interface Opened extends Pick<ServeOptions, 'settings' | 'definitions' | 'page'> {
  secret: string;
  log: Log;
  api: Queryable;
  viewers: Viewers;
  administrators: Administrators | null;
  delivery: OpenDelivery;
}

async function listen({ settings, page, secret, log, api, ...services }: Opened): Promise<RunningServer> {
  const findAccount: FindAccount = async ({ by, value }) => {
    const [row] = await api.query<{ id: string | null }>('select rowplane.find_account($1, $2, $3) as id', [
      by,
      value,
      accountsProof(secret),
    ]);
    return row?.id ?? null;
  };
  const ownKey = jwtKey(secret);
  const verifier = await createTokenVerifier({ ownKey, ...trustedIssuers(settings) });
  const { parts, createContext, subscribe } = graphqlParts({ ...services, secret, log });
  const readiness = await createReadinessCheck(api, log);
  const running = await startServer({
    host: settings.host,
    port: settings.port,
    log,
    page,
    graphql: parts,
    identify: createIdentify(verifier, findAccount, findKeyIn(api, secret)),
    createContext,
    subscribe,
    mayLook: (viewer) => mayLook(services.viewers, viewer),
    onAccountEnded: (viewer, listener) => services.delivery.onEnded(viewer, listener),
    deliveryState: () => services.delivery.state,
    checkReadiness: readiness.check,
    viewAs: await viewAsFor(settings, api, secret, findAccount),
    allowedOrigins: settings.origins,
  });
  return {
    url: running.url,
    async stop() {
      readiness.stop();
      await running.stop();
    },
  };
}

/** Blocked, deactivated and deleted accounts have no role. */
async function mayLook(viewers: Viewers, viewer: Viewer): Promise<boolean> {
  const [rows] = await viewers.read(viewer, [], () => [{ text: 'select rowplane.viewer_role() as role', values: [] }]);
  return rows?.[0]?.role != null;
}

/** What isn't a key of this deployment is told without asking the database. */
function findKeyIn(api: Queryable, secret: string): FindKey {
  const apiKeys = createApiKeys(secret);
  return async (key) => {
    const hash = apiKeys.hashOf(key);
    if (hash === null) return null;
    const [row] = await api.query<{ id: string; expires: string }>(
      'select user_id as id, extract(epoch from expires_at) as expires from rowplane.use_key($1, $2)',
      [hash, accountsProof(secret)],
    );
    return row === undefined ? null : { id: row.id, expiresAt: new Date(Number(row.expires) * 1000) };
  };
}

function trustedIssuers(settings: Settings) {
  const { jwtPublicKey: pem, jwtIssuer, jwtAudience, oidcIssuer, oidcAudience, oidcAccount } = settings;
  return {
    ...(pem && jwtIssuer && jwtAudience ? { publicKey: { pem, issuer: jwtIssuer, audience: jwtAudience } } : {}),
    ...(oidcIssuer && oidcAudience
      ? { oidc: { issuer: oidcIssuer, audience: oidcAudience, accountClaim: oidcAccount } }
      : {}),
  };
}

/** The picker of the demo, or in development of any account; null elsewhere, and where other machines can connect. */
async function viewAsFor(
  settings: Settings,
  api: Queryable,
  secret: string,
  findAccount: FindAccount,
): Promise<ViewAs | null> {
  if (!isLoopbackHost(settings.host)) return null;
  const [row] = await api.query<{ demo: boolean }>('select rowplane.is_demo() as demo');
  if (!row?.demo && !settings.dev) return null;
  const notes = new Map(PEOPLE.map(({ name, note }) => [name, note]));
  const accounts = () =>
    api.query<{ name: string; role: string }>('select name, role from rowplane.some_accounts(200, $1)', [
      accountsProof(secret),
    ]);
  const offered = async () => {
    const all = await accounts();
    const shown = settings.dev ? all : all.filter(({ name }) => notes.has(name));
    const people = shown.map(({ name, role }) => ({ name, role, note: notes.get(name) ?? role.toLowerCase() }));
    return [...people, { name: 'anonymous', role: 'ANONYMOUS', note: 'nobody signed in' }];
  };
  return {
    offered,
    async tokenFor(name) {
      if (name === 'anonymous' || !(await offered()).some((viewer) => viewer.name === name)) return null;
      const id = await findAccount({ by: 'name', value: name });
      return id === null ? null : signOwnToken(jwtKey(secret), id, PICKED_FOR);
    },
  };
}
