// `npm run test:deep -- 5000` (or WORLDS=5000): the oracle's and Cedar's comparisons, with as many generated worlds as asked for (default 3,000).
import { spawn } from 'node:child_process';

const [worlds = process.env.WORLDS ?? '3000', ...args] = process.argv.slice(2);
const child = spawn('vitest', ['run', 'test/oracle', 'test/differential', 'test/cedar', ...args], {
  cwd: new URL('..', import.meta.url),
  stdio: 'inherit',
  env: { ...process.env, ROWPLANE_WORLDS: worlds },
});
child.once('close', (code) => (process.exitCode = code ?? 1));
