// `npm test`: format, lint and types first, whose complaints show within seconds, then all tests, whatever those said.
// Arguments go to vitest: `npm test -- test/database`.
import { spawn } from 'node:child_process';

const root = new URL('..', import.meta.url);
const checks: Record<string, string[]> = {
  format: ['prettier', '--check', '--log-level', 'warn', '.'],
  types: [process.execPath, 'node_modules/typescript-7/bin/tsc', '-p', '.'],
  lint: ['eslint', '--max-warnings', '0', '.'],
};

const failed: string[] = [];
await Promise.all(
  Object.entries(checks).map(async ([name, command]) => {
    const { code, output } = await run(command, 'pipe');
    if (code !== 0) failed.push(name);
    process.stdout.write(`${code === 0 ? 'ok  ' : 'FAIL'} ${name}\n${code === 0 ? '' : output}`);
  }),
);
const { code } = await run(['vitest', 'run', ...process.argv.slice(2)], 'inherit');
if (code !== 0) failed.push('tests');
if (failed.length > 0) process.stdout.write(`Failed: ${failed.join(', ')}\n`);
process.exitCode = failed.length > 0 ? 1 : 0;

function run(command: string[], stdio: 'pipe' | 'inherit'): Promise<{ code: number; output: string }> {
  const [program = '', ...args] = command;
  const child = spawn(program, args, { cwd: root, stdio: ['inherit', stdio, stdio] });
  let output = '';
  child.stdout?.on('data', (chunk) => (output += String(chunk)));
  child.stderr?.on('data', (chunk) => (output += String(chunk)));
  return new Promise((done) => {
    child.once('error', (error) => done({ code: 1, output: `${error.message}\n` }));
    child.once('close', (code) => done({ code: code ?? 1, output }));
  });
}
