import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const SOURCES = import.meta.dirname;
const PACKAGE = fileURLToPath(new URL('../../', import.meta.url));
const PARTS = ['graphiql', '@graphiql/react', '@graphiql/toolkit', 'graphql-ws', 'react', 'react-dom', 'vite'];
/** In the built folder: what it was built from. */
const MARK = 'built-from';

/**
 * The folder of the built GraphiQL page. It is built where it is missing or older than its sources, which takes some
 * seconds once. Null where it isn't built and can't be: the development dependencies, or the right to write, are missing.
 */
export async function builtPage(log: (message: string) => void = () => undefined): Promise<string | null> {
  const folder = join(PACKAGE, 'dist', 'graphiql');
  const mark = await readFile(join(folder, MARK), 'utf8').catch(() => null);
  const require = createRequire(import.meta.url);
  const versions = PARTS.map((part) => versionOf(require, part));
  // An installation without the development dependencies has what was built into it.
  if (versions.includes(null)) return mark === null ? null : folder;
  const wanted = await fingerprint(versions.join());
  if (mark === wanted) return folder;
  log('Building the GraphiQL page');
  try {
    await build(require, folder, wanted);
    return folder;
  } catch (error) {
    log(`The GraphiQL page can't be built: ${error instanceof Error ? error.message : String(error)}`);
    return mark === null ? null : folder;
  }
}

/** Into a folder of its own first, so that two processes which start at once don't meet. */
async function build(require: NodeJS.Require, folder: string, wanted: string): Promise<void> {
  await mkdir(dirname(folder), { recursive: true });
  const draft = await mkdtemp(join(dirname(folder), 'graphiql-'));
  try {
    const vite = join(dirname(require.resolve('vite/package.json')), 'bin', 'vite.js');
    const args = [vite, 'build', '--config', join(SOURCES, 'vite.config.ts'), '--outDir', draft];
    await run(process.execPath, args);
    await writeFile(join(draft, MARK), wanted);
    await rm(folder, { recursive: true, force: true });
    await rename(draft, folder).catch(async (error: NodeJS.ErrnoException) => {
      // The other process was quicker, and built the same.
      if (error.code !== 'ENOTEMPTY' && error.code !== 'EEXIST') throw error;
    });
  } finally {
    await rm(draft, { recursive: true, force: true });
  }
}

function run(program: string, args: string[]): Promise<void> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { cwd: SOURCES, stdio: ['ignore', 'pipe', 'pipe'] });
    let output = '';
    child.stdout.on('data', (chunk) => (output += String(chunk)));
    child.stderr.on('data', (chunk) => (output += String(chunk)));
    child.once('error', reject);
    child.once('close', (code) => {
      if (code === 0) resolve();
      else reject(new Error(output.trim() || `vite ended with ${code}`));
    });
  });
}

async function fingerprint(versions: string): Promise<string> {
  const hash = createHash('sha256').update(versions);
  for (const name of (await readdir(SOURCES)).sort()) hash.update(name).update(await readFile(join(SOURCES, name)));
  return hash.digest('hex');
}

/** Looked up by path, since not every package lets its package.json be imported. */
function versionOf(require: NodeJS.Require, part: string): string | null {
  for (const folder of require.resolve.paths(part) ?? []) {
    try {
      const { version } = require(join(folder, part, 'package.json')) as { version: string };
      return version;
    } catch {
      continue;
    }
  }
  return null;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const folder = await builtPage((message) => {
    process.stderr.write(`${message}\n`);
  });
  if (folder === null) process.exitCode = 1;
  else process.stdout.write(`${folder}\n`);
}
