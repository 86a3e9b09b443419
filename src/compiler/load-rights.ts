import { readdir } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { DefinitionError } from './check-definition.ts';
import { NO_RIGHTS, type RightsDeclaration } from './rights-declaration.ts';

/** The file of `schema/` that declares applications and their rights. */
export const RIGHTS_FILE = 'rights.ts';

/** Loads what `rights.ts` in a folder declares; no rights where there is no such file. Throws DefinitionError. */
export async function loadRights(directory: string): Promise<RightsDeclaration> {
  if (!(await readdir(directory)).includes(RIGHTS_FILE)) return NO_RIGHTS;
  const file = resolve(join(directory, RIGHTS_FILE));
  try {
    const { default: declared } = (await import(pathToFileURL(file).href)) as { default?: RightsDeclaration };
    if (declared?.rights === undefined || declared.applications === undefined)
      throw new DefinitionError(['its default export must be what defineRights() returns']);
    return declared;
  } catch (error) {
    if (error instanceof DefinitionError)
      throw new DefinitionError(error.problems.map((problem) => `${file}: ${problem}`));
    throw new Error(`${file} can't be loaded: ${error instanceof Error ? error.message : String(error)}`, {
      cause: error,
    });
  }
}
