import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const execute = promisify(execFile);

/** A server in a process of its own. */
export interface ServerProcess {
  /** Its first line of output that matched. */
  line: string;
  /** Milliseconds from its start to that line. */
  startedIn: number;
  pid: number;
  stop(): Promise<void>;
}

export const pathOf = (file: string): string => fileURLToPath(new URL(file, import.meta.url));

/** Starts `node file …` and waits for a line that matches. What it says goes into the error if it ends before. */
export async function startServer(
  argv: readonly string[],
  { environment, ready, directory }: { environment: Record<string, string>; ready: RegExp; directory?: string },
): Promise<ServerProcess> {
  const start = performance.now();
  const child = spawn(process.execPath, argv, {
    cwd: directory,
    env: { ...process.env, NODE_ENV: 'production', GRAPHILE_ENV: 'production', ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const exited = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  const line = await firstLine(child, ready);
  return {
    line,
    startedIn: performance.now() - start,
    pid: child.pid!,
    async stop() {
      child.kill('SIGTERM');
      await exited;
    },
  };
}

function firstLine(child: ChildProcess, ready: RegExp): Promise<string> {
  let output = '';
  return new Promise((resolve, reject) => {
    const hear = (chunk: unknown): void => {
      output += String(chunk);
      const found = output.split('\n').find((line) => ready.test(line));
      if (found !== undefined) resolve(found);
    };
    child.stdout?.on('data', hear);
    child.stderr?.on('data', hear);
    child.once('error', reject);
    child.once('exit', (code) => reject(new Error(`A server of the benchmark ended with ${code}:\n${output}`)));
  });
}

/** Runs a command to its end; resolves to its standard output. */
export async function runCommand(file: string, argv: readonly string[], directory?: string): Promise<string> {
  const { stdout } = await execute(file, [...argv], { cwd: directory, maxBuffer: 64 * 1024 * 1024 });
  return stdout;
}

/** Memory of a process in megabytes, now and at its highest; null where the system doesn't say (other than Linux). */
export async function memoryOf(pid: number): Promise<{ now: number; highest: number } | null> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8').catch(() => '');
  const megabytes = (name: string): number =>
    Math.round(Number(new RegExp(`${name}:\\s+(\\d+)`).exec(status)?.[1]) / 1024);
  return status === '' ? null : { now: megabytes('VmRSS'), highest: megabytes('VmHWM') };
}

/** Processor time of a process in milliseconds; with `children`, of those it started, too. 0 where the system doesn't say. */
export async function cpuOf(pid: number, children = false): Promise<number> {
  const [own = '', tree = ''] = await Promise.all([
    readFile(`/proc/${pid}/stat`, 'utf8').catch(() => ''),
    children ? readFile(`/proc/${pid}/task/${pid}/children`, 'utf8').catch(() => '') : '',
  ]);
  // After the name, which may hold anything: user, system, and of children that ended, in hundredths of a second.
  const ticks = own
    .slice(own.lastIndexOf(')') + 2)
    .split(' ')
    .slice(11, children ? 15 : 13);
  const mine = ticks.reduce((sum, each) => sum + Number(each) * 10, 0);
  const theirs = await Promise.all(
    tree
      .split(' ')
      .filter((child) => child !== '')
      .map((child) => cpuOf(Number(child), true)),
  );
  return theirs.reduce((sum, each) => sum + each, mine);
}
