import { readdir } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { checkTogether, DefinitionError } from './check-definition.ts';
import type { Definitions, ObjectDefinition } from './definition.ts';
import { loadRights, RIGHTS_FILE } from './load-rights.ts';

/** Files of `schema/` that declare other things than types of records. */
const OTHER_FILES: ReadonlySet<string> = new Set([RIGHTS_FILE, 'functions.ts']);

/**
 * Loads every definition of a folder (`schema/`), one per `*.ts` file, its default export, sorted by name.
 * Throws DefinitionError with everything that is wrong in any file, rights that `rights.ts` there doesn't declare included.
 */
export async function loadDefinitions(directory: string): Promise<Definitions> {
  const files = (await readdir(directory))
    .filter((file) => file.endsWith('.ts') && !file.endsWith('.d.ts') && !OTHER_FILES.has(file))
    .sort();
  const loaded = await Promise.all(files.map((file) => loadOne(resolve(join(directory, file)))));
  const problems = loaded.flatMap((result) => (Array.isArray(result) ? result : []));
  if (problems.length > 0) throw new DefinitionError(problems);
  const definitions = loaded.filter((result): result is ObjectDefinition => !Array.isArray(result));
  const { rights } = await loadRights(directory);
  const unknown = definitions.filter(({ right }) => right !== undefined && !Object.hasOwn(rights, right));
  if (unknown.length > 0)
    throw new DefinitionError(
      unknown.map(({ name, right }) => `${name} needs the right ${right}, which ${RIGHTS_FILE} does not declare`),
    );
  return definitionsOf(definitions);
}

/** The same from definitions at hand, for tests and programs. Throws DefinitionError. */
export function definitionsOf(list: readonly ObjectDefinition[]): Definitions {
  checkTogether(list);
  const sorted = [...list].sort((a, b) => (a.name < b.name ? -1 : 1));
  return new Map(sorted.map((definition) => [definition.name, definition]));
}

/** The definition in a file, or what is wrong with it. */
async function loadOne(file: string): Promise<ObjectDefinition | string[]> {
  try {
    const { default: definition } = (await import(pathToFileURL(file).href)) as { default?: ObjectDefinition };
    if (definition?.name === undefined || definition.fields === undefined)
      return [`${file}: its default export must be what define() returns`];
    return definition;
  } catch (error) {
    if (error instanceof DefinitionError) return error.problems.map((problem) => `${file}: ${problem}`);
    throw new Error(`${file} can't be loaded: ${error instanceof Error ? error.message : String(error)}`, {
      cause: error,
    });
  }
}
