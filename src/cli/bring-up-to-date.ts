import { applyFunctions } from '../administration/apply-functions.ts';
import { applyDefinitions } from '../administration/definitions.ts';
import type { Definitions } from '../compiler/definition.ts';
import { describeChange } from '../compiler/diff-definitions.ts';
import { loadFunctions } from '../compiler/functions.ts';
import { loadDefinitions } from '../compiler/load-definitions.ts';
import type { Deployment } from '../database/deployment.ts';
import type { Settings } from '../database/settings.ts';
import { schemaFolder } from './schema-folder.ts';

export interface UpToDate {
  /** The names of the migrations that were applied. */
  applied: string[];
  /** What changed in the workspaces' tables and the functions, one line each. */
  changes: string[];
  /** The definitions in `schema/`, which the database now has. */
  definitions: Definitions;
}

/**
 * Brings a deployment's database up to date: roles, migrations, policies, then the object definitions in all
 * workspaces, and the functions. Throws DefinitionsRefused where those would take something away and `allowDestructive` isn't given.
 */
export async function bringUpToDate(
  deployment: Deployment,
  settings: Settings,
  log: (message: string) => void,
  { allowDestructive = false }: { allowDestructive?: boolean } = {},
): Promise<UpToDate> {
  const definitions = await loadDefinitions(schemaFolder(settings));
  const functions = await loadFunctions(schemaFolder(settings));
  const changes: string[] = [];
  const { applied } = await deployment.migrate({
    log,
    warn: log,
    afterMigrations: async (owner) => {
      changes.push(...(await applyDefinitions(owner, definitions, { allowDestructive })).map(describeChange));
      if (functions !== null) changes.push(...(await applyFunctions(owner, functions, { allowDestructive })));
    },
  });
  return { applied, changes, definitions };
}
