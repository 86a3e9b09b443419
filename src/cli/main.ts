import { readFileSync } from 'node:fs';
import { Command } from 'commander';
import { addArchives } from './archives.ts';
import { addClients } from './clients.ts';
import { addConfig } from './config.ts';
import { addDemo } from './demo.ts';
import { addFunctions } from './functions.ts';
import { addGroups } from './groups.ts';
import { addImport } from './import.ts';
import { addLog } from './log.ts';
import { addMigrate } from './migrate.ts';
import { addPermissions } from './permissions.ts';
import { addPlanes } from './planes.ts';
import { addPolicies } from './policies.ts';
import { addStart } from './start.ts';
import { addToken } from './token.ts';
import { addUsers } from './users.ts';
import { addWorkspaces } from './workspaces.ts';

const { version, description } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as {
  version: string;
  description: string;
};

// Each command adds itself, and imports what it needs only when it runs, so that none pays for the others.
const program = new Command('rowplane').description(description).version(version).showHelpAfterError();
addStart(program);
addMigrate(program);
addDemo(program);
addConfig(program);
addToken(program);
addImport(program);
addUsers(program);
addGroups(program);
addWorkspaces(program);
addArchives(program);
addClients(program);
addPlanes(program);
addPermissions(program);
addFunctions(program);
addPolicies(program);
addLog(program);

await program.parseAsync();
