import { readFileSync } from 'node:fs';
import { Command } from 'commander';
import { addApply } from './apply.ts';
import { addArchives } from './archives.ts';
import { addClients } from './clients.ts';
import { addConfig } from './config.ts';
import { addDemo } from './demo.ts';
import { addExport } from './export.ts';
import { addFunctions } from './functions.ts';
import { addGroups } from './groups.ts';
import { addImport } from './import.ts';
import { addKeys } from './keys.ts';
import { addLog } from './log.ts';
import { addMailbox } from './mailbox.ts';
import { addMigrate } from './migrate.ts';
import { addPermissions } from './permissions.ts';
import { addPlanes } from './planes.ts';
import { addPolicies } from './policies.ts';
import { addProfiles } from './profiles.ts';
import { addQueries } from './queries.ts';
import { addRights } from './rights.ts';
import { addRightsRoles } from './rights-roles.ts';
import { addStart } from './start.ts';
import { addToken } from './token.ts';
import { addUsers } from './users.ts';
import { addWorkspaces } from './workspaces.ts';

const { version, description } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as {
  version: string;
  description: string;
};

const json = process.argv.includes('--json');

/** What commander says of wrong arguments, as all errors are said. */
function refusalOf(text: string): string {
  if (!json) return text;
  return `${JSON.stringify({ error: { code: 'VALIDATION_FAILED', message: text.trim().replace(/^error: /, ''), details: {} } })}\n`;
}

// Each command adds itself, and imports what it needs only when it runs, so that none pays for the others.
const program = new Command('rowplane')
  .description(description)
  .version(version)
  .showHelpAfterError(!json)
  .configureOutput({ outputError: (text, write) => write(refusalOf(text)) });
addStart(program);
addMigrate(program);
addDemo(program);
addConfig(program);
addToken(program);
addImport(program);
addUsers(program);
addKeys(program);
addGroups(program);
addWorkspaces(program);
addArchives(program);
addClients(program);
addPlanes(program);
addProfiles(program);
addRightsRoles(program);
addRights(program);
addPermissions(program);
addFunctions(program);
addQueries(program);
addMailbox(program);
addPolicies(program);
addLog(program);
addExport(program);
addApply(program);

await program.parseAsync();
