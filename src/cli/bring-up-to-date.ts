import { applyRights } from '../administration/apply-rights.ts';
import { applyDefinitions } from '../administration/definitions.ts';
import type { Definitions } from '../compiler/definition.ts';
import { describeChange } from '../compiler/diff-definitions.ts';
import { loadDefinitions } from '../compiler/load-definitions.ts';
import { loadRights } from '../compiler/load-rights.ts';
import type { Deployment } from '../database/deployment.ts';
import type { Settings } from '../database/settings.ts';
import { schemaFolder } from './schema-folder.ts';

export interface UpToDate {
  /** The names of the migrations that were applied. */
  applied: string[];
  /** What changed in rights and in the workspaces' tables, one line each. */
  changes: string[];
  /** The definitions in `schema/`, which the database now has. */
  definitions: Definitions;
}

/**
 * Brings a deployment's database up to date: roles, migrations, policies, rights, and then the object definitions in
 * all workspaces. Throws DefinitionsRefused where those would take something away and `allowDestructive` isn't given.
 */
export async function bringUpToDate(
  deployment: Deployment,
  settings: Settings,
  log: (message: string) => void,
  { allowDestructive = false }: { allowDestructive?: boolean } = {},
): Promise<UpToDate> {
  const definitions = await loadDefinitions(schemaFolder(settings));
  const rights = await loadRights(schemaFolder(settings));
  const changes: string[] = [];
  const { applied } = await deployment.migrate({
    log,
    warn: log,
    afterMigrations: async (owner) => {
      changes.push(...(await applyRights(owner, rights, { allowDestructive })));
      changes.push(...(await applyDefinitions(owner, definitions, { allowDestructive })).map(describeChange));
    },
  });
  return { applied, changes, definitions };
}
