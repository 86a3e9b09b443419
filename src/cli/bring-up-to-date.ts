import { applyFunctions } from '../administration/apply-functions.ts';
import { applyRights } from '../administration/apply-rights.ts';
import { applyDefinitions, type ApplyOptions } from '../administration/definitions.ts';
import type { Definitions } from '../compiler/definition.ts';
import { describeChange } from '../compiler/diff-definitions.ts';
import { loadFunctions } from '../compiler/functions.ts';
import { loadDefinitions } from '../compiler/load-definitions.ts';
import { loadRights } from '../compiler/load-rights.ts';
import type { Deployment } from '../database/deployment.ts';
import type { Settings } from '../database/settings.ts';
import { schemaFolder } from './schema-folder.ts';

export interface UpToDate {
  /** The names of the migrations that were applied. */
  applied: string[];
  /** What changed in rights and functions, in the tables of workspaces, and in what was compiled or mended. One line each. */
  changes: string[];
  /** The definitions in `schema/`, which the database now has. */
  definitions: Definitions;
}

/**
 * Brings a deployment's database up to date: roles, migrations, policies, rights, then the object definitions in all
 * workspaces, and the functions. Throws DefinitionsRefused where those would take something away and `allowDestructive`
 * isn't given.
 */
export async function bringUpToDate(
  deployment: Deployment,
  settings: Settings,
  log: (message: string) => void,
  { allowDestructive = false }: { allowDestructive?: boolean } = {},
): Promise<UpToDate> {
  const definitions = await loadDefinitions(schemaFolder(settings));
  const rights = await loadRights(schemaFolder(settings));
  const functions = await loadFunctions(schemaFolder(settings));
  const changes: string[] = [];
  const { applied } = await deployment.migrate({
    log,
    warn: log,
    afterMigrations: async (owner) => {
      changes.push(...(await applyRights(owner, rights, { allowDestructive })));
      const onMade: ApplyOptions['onMade'] = ({ name }, objects) => {
        changes.push(`Workspace ${name}: made ${listed(objects)} as compiled`);
      };
      changes.push(...(await applyDefinitions(owner, definitions, { allowDestructive, onMade })).map(describeChange));
      if (functions !== null) changes.push(...(await applyFunctions(owner, functions, { allowDestructive })));
    },
  });
  return { applied, changes, definitions };
}

/** The first few of them, and how many more there are. */
function listed(objects: readonly string[]): string {
  const shown = objects.slice(0, 5).join(', ');
  return objects.length > 5 ? `${shown} and ${objects.length - 5} more` : shown;
}
