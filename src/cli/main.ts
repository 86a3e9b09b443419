import { readFileSync } from 'node:fs';
import { Command } from 'commander';
import { addConfig } from './config.ts';
import { addMigrate } from './migrate.ts';

const { version, description } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as {
  version: string;
  description: string;
};

// Each command adds itself, and imports what it needs only when it runs, so that none pays for the others.
const program = new Command('rowplane').description(description).version(version).showHelpAfterError();
addMigrate(program);
addConfig(program);

await program.parseAsync();
