import { type ChildProcess, spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';

/** How a process ended, and what it said. */
export interface Ended {
  code: number | null;
  stdout: string;
  stderr: string;
}

/** What a started process is to be like; `uid` and `gid` make it an ordinary user's. */
export interface ProcessOptions {
  env?: Record<string, string>;
  cwd?: string;
  uid?: number;
  gid?: number;
}

/** Runs a TypeScript file of this repository (path from its top) on the Node that runs the tests, until it ends. */
export function runNode(file: string, args: string[] = [], options: ProcessOptions = {}): Promise<Ended> {
  const child = startNode(file, args, options);
  let stdout = '';
  let stderr = '';
  child.stdout?.on('data', (chunk) => (stdout += String(chunk)));
  child.stderr?.on('data', (chunk) => (stderr += String(chunk)));
  return new Promise((done, fail) => {
    child.once('error', fail);
    child.once('close', (code) => done({ code, stdout, stderr }));
  });
}

/** Where Node keeps what it made of the sources: else every process strips and compiles all of them again. */
const COMPILE_CACHE = fileURLToPath(new URL('../../node_modules/.cache/compiled', import.meta.url));

/** Starts a TypeScript file of this repository. Only what `env` says, PATH, and what makes the start quick is in its environment. */
export function startNode(file: string, args: string[] = [], options: ProcessOptions = {}): ChildProcess {
  const { env, ...others } = options;
  const path = fileURLToPath(new URL(`../../${file}`, import.meta.url));
  return spawn(process.execPath, [path, ...args], {
    ...others,
    env: { PATH: process.env.PATH ?? '', HOME: process.env.HOME ?? '/', NODE_COMPILE_CACHE: COMPILE_CACHE, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
}

/** Waits until the process has written a line that begins with `start`, and returns the line. */
export function lineOf(child: ChildProcess, start: string): Promise<string> {
  return new Promise((done, fail) => {
    let output = '';
    let errors = '';
    child.stderr?.on('data', (chunk) => (errors += String(chunk)));
    child.stdout?.on('data', (chunk) => {
      output += String(chunk);
      const line = output
        .split('\n')
        .slice(0, -1)
        .find((text) => text.startsWith(start));
      if (line !== undefined) done(line);
    });
    child.once('close', (code) => fail(new Error(`The process ended (${code}) before it said "${start}": ${errors}`)));
  });
}
