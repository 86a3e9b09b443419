import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { lineOf, runNode, startNode } from '../support/process.ts';
import { post } from './tiny-server.ts';

let folder: string;
let env: Record<string, string>;
const running = new Set<ChildProcess>();

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'rowplane-start-'));
  env = { ROWPLANE_DATA: join(folder, 'data'), PORT: '0', ROWPLANE_LOG_LEVEL: 'warn' };
});
afterAll(async () => {
  for (const child of running) await stop(child);
  await rm(folder, { recursive: true, force: true });
});

async function start(): Promise<{ child: ChildProcess; url: string }> {
  const child = startNode('src/cli/main.ts', ['start'], { env });
  running.add(child);
  const line = await lineOf(child, 'Rowplane ready');
  const url = /^Rowplane ready at (http:\/\/127\.0\.0\.1:\d+)\/graphql$/.exec(line)?.[1];
  if (url === undefined) throw new Error(`the line is "${line}"`);
  return { child, url };
}

async function stop(child: ChildProcess, signal: NodeJS.Signals = 'SIGINT'): Promise<number | null> {
  running.delete(child);
  if (child.exitCode !== null || child.signalCode !== null) return child.exitCode;
  const closed = once(child, 'close');
  child.kill(signal);
  await closed;
  return child.exitCode;
}

const cli = (...args: string[]) => runNode('src/cli/main.ts', args, { env });
const postmaster = async () =>
  Number((await readFile(join(folder, 'data/postgres/postmaster.pid'), 'utf8')).split('\n')[0]);

async function countAs(url: string, user: string): Promise<unknown> {
  const { stdout } = await cli('token', user);
  const headers = { authorization: `Bearer ${stdout.trim()}` };
  const { answer } = await post(url, '{ processes(first: 1) { totalCount } }', headers);
  return (answer.data as { processes: { totalCount: number } } | undefined)?.processes.totalCount;
}

describe('rowplane start', () => {
  test('from nothing: embedded database, demo, one line on stdout; ends cleanly and begins again', async () => {
    const first = await start();
    expect(await countAs(first.url, 'cleo')).toBe(1500);
    expect(await countAs(first.url, 'dara')).toBe(15);
    expect(await (await fetch(`${first.url}/readyz`)).json()).toMatchObject({ ready: true });
    expect(await stop(first.child)).toBe(0);
    await expect(postmaster()).rejects.toThrow(/ENOENT/);

    const again = await start();
    expect(await countAs(again.url, 'cleo')).toBe(1500);
    expect(await stop(again.child, 'SIGTERM')).toBe(0);
  });

  test('after kill -9 of server and database: recovers by itself, with all that was committed', async () => {
    const first = await start();
    await writeFile(join(folder, 'rows.csv'), 'reference\nKILL-1\nKILL-2\n');
    const imported = await cli(
      ...['import', join(folder, 'rows.csv'), '--as', 'dara', '--workspace', 'Office', '--archive', 'Permits'],
      ...['--definition', 'process', '--json'],
    );
    expect(JSON.parse(imported.stdout)).toMatchObject({ rows: 2, imported: 2, rejected: 0 });
    expect(imported).toMatchObject({ code: 0, stderr: '' });
    const database = await postmaster();
    await stop(first.child, 'SIGKILL');
    process.kill(database, 'SIGKILL');

    const again = await start();
    expect(await countAs(again.url, 'dara')).toBe(17);
    // The server alone, with its database left behind as an orphan.
    await stop(again.child, 'SIGKILL');
    const once_more = await start();
    expect(await countAs(once_more.url, 'dara')).toBe(17);
    await stop(once_more.child);
  });

  test('a port that is taken is named at once', async () => {
    const taken = createServer().listen(0, '127.0.0.1');
    await once(taken, 'listening');
    const { port } = taken.address() as AddressInfo;
    const { code, stdout, stderr } = await runNode('src/cli/main.ts', ['start'], {
      env: { ...env, PORT: String(port) },
    });
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr).toBe(
      `Error: Port ${port} on 127.0.0.1 is taken by another program. Stop it, or choose another port: PORT=${port + 1}.\n`,
    );
    taken.close();
  });
});

describe('the commands beside it', () => {
  test('token refuses unknown users, and says so on stderr with exit code 1', async () => {
    const { code, stdout, stderr } = await cli('token', 'nobody');
    expect({ code, stdout, stderr }).toEqual({ code: 1, stdout: '', stderr: 'Error: There is no user "nobody".\n' });
  });

  test('token is for the demo and for development', async () => {
    const own = { env: { ...env, ROWPLANE_DATA: join(folder, 'own') } };
    expect((await runNode('src/cli/main.ts', ['migrate'], own)).code).toBe(0);
    const refused = await runNode('src/cli/main.ts', ['token', 'ada'], own);
    expect(refused).toMatchObject({
      code: 1,
      stdout: '',
      stderr: expect.stringContaining('is not the demo') as string,
    });
    const inDevelopment = await runNode('src/cli/main.ts', ['token', 'ada', '--dev', '--json'], own);
    expect(inDevelopment).toMatchObject({ code: 1, stderr: expect.stringContaining('no user \\"ada\\"') as string });
  });

  test('demo has nothing left to do', async () => {
    const { code, stdout } = await cli('demo', '--json');
    expect({ code, answer: JSON.parse(stdout) as unknown }).toEqual({ code: 0, answer: { loaded: false } });
  });

  test('import fails with the reason, and as JSON where asked for', async () => {
    const args = [
      'import',
      join(folder, 'missing.csv'),
      '--as',
      'dara',
      '--workspace',
      'Office',
      '--archive',
      'Permits',
    ];
    const { code, stdout, stderr } = await cli(...args, '--definition', 'process', '--json');
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(JSON.parse(stderr.trim().split('\n').at(-1) ?? '')).toMatchObject({ error: { code: 'VALIDATION_FAILED' } });
  });
});
