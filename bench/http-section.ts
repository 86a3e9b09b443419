import { access } from 'node:fs/promises';
import { signOwnToken } from '../src/accounts/token-verifier.ts';
import { jwtKey } from '../src/database/keys.ts';
import { recordId } from '../src/graphql/global-id.ts';
import { PEER_ROLE } from './peer-tables.ts';
import { memoryOf, pathOf, runCommand, startServer, type ServerProcess } from './processes.ts';
import { median } from './timing.ts';
import { SECRET, type World } from './world.ts';

/** Requests per second of both servers for the same question. */
export interface HttpMeasure {
  what: string;
  rowplane: number;
  /** Of what PostGraphile was asked: the same, or its plain page where it has nothing like it. */
  postgraphile: number;
  /** Milliseconds until half of the answers were there. */
  latency: { rowplane: number; postgraphile: number };
  target: number;
}

export interface HttpResult {
  measures: HttpMeasure[];
  /** Megabytes of the server's process under load, at its highest. */
  memory: { rowplane: number | null; postgraphile: number | null };
}

export interface HttpOptions {
  /** Seconds that each server is asked per turn, and how many turns each has. */
  seconds: number;
  turns: number;
  log: (line: string) => void;
}

/** Connections to the database of each server, and clients that ask at the same time. */
const POOL = 4;
const CLIENTS = 20;

interface Question {
  what: string;
  rowplane: Body;
  postgraphile: Body;
  target: number;
}

interface Body {
  query: string;
  variables?: Record<string, unknown>;
}

/** Both servers in turns, each in a process of its own, on equal tables under equal policies. */
export async function measureHttp(world: World, options: HttpOptions): Promise<HttpResult> {
  await installPostgraphile(options.log);
  const viewer = world.webViewer;
  // Both read the compiled row of the viewer; ours has it from the first request on.
  await world.viewers.knowledge(viewer, world.many.id);
  const authorization = `Bearer ${await signOwnToken(jwtKey(SECRET), viewer.id, 3600)}`;
  const rowplane = await startServer([pathOf('rowplane-server.ts')], {
    environment: { API_URL: world.apiUrl, POOL: String(POOL) },
    ready: /^http/,
  });
  const postgraphile = await startServer(['server.mjs'], {
    directory: pathOf('postgraphile'),
    environment: { DATABASE_URL: world.superuserUrl, PEER_ROLE, PEER_USER: viewer.id, POOL: String(POOL) },
    ready: /^http/,
  });
  try {
    const measures: HttpMeasure[] = [];
    for (const question of await questions(world)) {
      const measure = await measureQuestion(question, { rowplane, postgraphile, authorization }, options);
      measures.push(measure);
      options.log(
        `${measure.what}: ${measure.rowplane.toFixed(0)} against ${measure.postgraphile.toFixed(0)} requests per second`,
      );
    }
    const highest = async ({ pid }: ServerProcess) => (await memoryOf(pid))?.highest ?? null;
    return { measures, memory: { rowplane: await highest(rowplane), postgraphile: await highest(postgraphile) } };
  } finally {
    await Promise.all([rowplane.stop(), postgraphile.stop()]);
  }
}

async function installPostgraphile(log: (line: string) => void): Promise<void> {
  const directory = pathOf('postgraphile');
  const installed = await access(`${directory}/node_modules/postgraphile`).then(
    () => true,
    () => false,
  );
  if (installed) return;
  log('Installing PostGraphile into bench/postgraphile');
  await runCommand('npm', ['ci', '--no-audit', '--no-fund', '--ignore-scripts'], directory);
}

async function questions({ superuser, many }: World): Promise<Question[]> {
  const [newest] = await superuser.query<{ id: string }>(
    `select id from ws_${many.id}.document order by id desc limit 1`,
  );
  const cells = 'title code status priority';
  const page = {
    rowplane: { query: `{ documents(first: 50) { nodes { ${cells} } } }` },
    postgraphile: { query: `{ allDocuments(first: 50, orderBy: PRIMARY_KEY_DESC) { nodes { ${cells} } } }` },
  };
  return [
    { what: 'page of 50 × 4 fields', ...page, target: 1.8 },
    {
      what: 'node by id',
      rowplane: {
        query: `query ($id: ID!) { document(id: $id) { id ${cells} } }`,
        variables: { id: recordId('Document', many.id, newest!.id) },
      },
      postgraphile: {
        query: `query ($id: UUID!) { documentByRowId(rowId: $id) { id ${cells} } }`,
        variables: { id: newest!.id },
      },
      target: 2.5,
    },
    {
      what: 'three levels of relations',
      rowplane: {
        query: '{ documents(first: 50) { nodes { title code process { reference channel matter { name place } } } } }',
      },
      postgraphile: {
        query:
          '{ allDocuments(first: 50, orderBy: PRIMARY_KEY_DESC) { nodes { title code ' +
          'processByProcessId { reference channel matterByMatterId { name place } } } } }',
      },
      target: 2.5,
    },
    {
      what: 'page with fieldAccess and abilities, against the plain page',
      rowplane: { query: `{ documents(first: 50) { nodes { ${cells} fieldAccess { field level } abilities } } }` },
      postgraphile: page.postgraphile,
      target: 1.5,
    },
  ];
}

interface Servers {
  rowplane: ServerProcess;
  postgraphile: ServerProcess;
  authorization: string;
}

async function measureQuestion(
  { what, target, ...bodies }: Question,
  { rowplane, postgraphile, authorization }: Servers,
  { seconds, turns }: HttpOptions,
): Promise<HttpMeasure> {
  const contestants = [
    {
      url: rowplane.line,
      body: bodies.rowplane,
      headers: { authorization } as Record<string, string>,
      rates: [] as Rate[],
    },
    { url: postgraphile.line, body: bodies.postgraphile, headers: {} as Record<string, string>, rates: [] as Rate[] },
  ];
  const answers = await Promise.all(contestants.map(({ url, body, headers }) => askOnce(url, body, headers)));
  if (what !== 'page with fieldAccess and abilities, against the plain page') expectAlike(what, answers);
  // Warm first: both compile a question when they meet it.
  for (const { url, body, headers } of contestants) await cannon(url, body, headers, 1);
  for (let turn = 0; turn < turns; turn++) {
    for (const one of turn % 2 === 0 ? contestants : contestants.toReversed()) {
      one.rates.push(await cannon(one.url, one.body, one.headers, seconds));
    }
  }
  const [ours, theirs] = contestants.map(({ rates }) => ({
    rate: median(rates.map(({ rate }) => rate)),
    latency: median(rates.map(({ latency }) => latency)),
  }));
  return {
    what,
    rowplane: ours!.rate,
    postgraphile: theirs!.rate,
    latency: { rowplane: ours!.latency, postgraphile: theirs!.latency },
    target,
  };
}

/** Every value that an answer holds, in order; ids are each server's own. */
function valuesOf(value: unknown, key = ''): unknown[] {
  if (key === 'id') return [];
  if (typeof value !== 'object' || value === null) return [value];
  return Object.entries(value).flatMap(([name, inner]) => valuesOf(inner, name));
}

function expectAlike(what: string, [ours, theirs]: unknown[]): void {
  const [mine, others] = [valuesOf(ours), valuesOf(theirs)];
  if (mine.length === 0 || JSON.stringify(mine) !== JSON.stringify(others))
    throw new Error(
      `${what}: the servers answer differently.\n${JSON.stringify(ours).slice(0, 500)}\n${JSON.stringify(theirs).slice(0, 500)}`,
    );
}

async function askOnce(url: string, body: Body, headers: Record<string, string>): Promise<unknown> {
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify(body),
  });
  const answer = (await response.json()) as { data?: unknown; errors?: unknown };
  if (answer.errors || !answer.data) throw new Error(`${url} answers ${JSON.stringify(answer).slice(0, 1000)}`);
  return answer.data;
}

interface Rate {
  rate: number;
  latency: number;
}

/** Requests per second over some seconds, by a process of its own. */
async function cannon(url: string, body: Body, headers: Record<string, string>, seconds: number): Promise<Rate> {
  const all = { 'content-type': 'application/json', ...headers };
  const output = await runCommand(process.execPath, [
    pathOf('../node_modules/autocannon/autocannon.js'),
    ...['--json', '--no-progress', '-m', 'POST', '-c', String(CLIENTS), '-d', String(seconds)],
    ...Object.entries(all).flatMap(([name, value]) => ['-H', `${name}=${value}`]),
    ...['-b', JSON.stringify(body), url],
  ]);
  const result = JSON.parse(output) as {
    '2xx': number;
    non2xx: number;
    errors: number;
    duration: number;
    latency: { p50: number };
  };
  if (result.non2xx + result.errors > 0)
    throw new Error(`${url}: ${result.non2xx} refused, ${result.errors} failed requests`);
  return { rate: result['2xx'] / result.duration, latency: result.latency.p50 };
}
