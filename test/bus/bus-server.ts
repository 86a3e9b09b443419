import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { connect, createServer, type AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

/** What a bus can be, and what is needed to have one here. */
export interface Kind {
  name: string;
  program: string | undefined;
  url: (port: number, password: string) => string;
  flags: (port: number) => string[];
}

const found = (program: string) =>
  ['/usr/sbin', '/usr/bin', '/usr/local/bin'].map((folder) => `${folder}/${program}`).find(existsSync);

const PASSWORD = 'a password';

export const KINDS: Kind[] = [
  {
    name: 'NATS',
    program: found('nats-server'),
    url: (port, password) => `nats://rowplane:${encodeURIComponent(password)}@127.0.0.1:${port}`,
    flags: (port) => ['--addr', '127.0.0.1', '--port', `${port}`, '--user', 'rowplane', '--pass', PASSWORD],
  },
  {
    name: 'Redis',
    program: found('redis-server'),
    url: (port, password) => `redis://:${encodeURIComponent(password)}@127.0.0.1:${port}`,
    flags: (port) => ['--bind', '127.0.0.1', '--port', `${port}`, '--save', '', '--requirepass', PASSWORD],
  },
];

/** A server of one's own, which can be killed and started again at the same address. */
export interface BusServer {
  url: string;
  /** The same with a password that it doesn't take. */
  wrongUrl: string;
  start(): Promise<void>;
  kill(): Promise<void>;
}

export async function startBusServer({ program, url, flags }: Kind): Promise<BusServer> {
  const port = await freePort();
  let child: ChildProcess | null = null;
  const server: BusServer = {
    url: url(port, PASSWORD),
    wrongUrl: url(port, 'wrong'),
    async start() {
      const started = spawn(program!, flags(port), { stdio: 'ignore', cwd: '/tmp' });
      child = started;
      while (!(await accepts(port))) {
        if (started.exitCode !== null) throw new Error(`${program} ended with ${started.exitCode}.`);
        await sleep(20);
      }
    },
    async kill() {
      if (child?.exitCode !== null || child.signalCode !== null) return;
      const ended = once(child, 'exit');
      child.kill('SIGKILL');
      await ended;
    },
  };
  await server.start();
  return server;
}

async function freePort(): Promise<number> {
  const probe = createServer().listen(0, '127.0.0.1');
  await once(probe, 'listening');
  const { port } = probe.address() as AddressInfo;
  probe.close();
  await once(probe, 'close');
  return port;
}

function accepts(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => {
      resolve(false);
    });
  });
}
