import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { DefinitionError } from './check-definition.ts';

/** Titles of functions by their names (P10): permissions on a whole workspace. */
export type Functions = Readonly<Record<string, string>>;

/** What this server performs itself: a deployment may give these another title, but not go without them. */
export const OWN_FUNCTIONS: readonly string[] = [
  'IMPORT',
  'EXPORT',
  'CHANGE_OPTIONS',
  'EMPTY_TRASH',
  'CREATE_COLLECTION',
];

const LONGEST_NAME = 40;

/** Declares the functions of a deployment; the default export of `schema/functions.ts`. Throws DefinitionError. */
export function defineFunctions(functions: Functions): Functions {
  const problems = Object.entries(functions).flatMap(([name, title]) => [
    ...(/^[A-Z][A-Z0-9_]*$/.test(name) && name.length <= LONGEST_NAME
      ? []
      : [`${JSON.stringify(name)} must be in capitals, as in EMPTY_TRASH, ${LONGEST_NAME} characters at most`]),
    ...(typeof title === 'string' && title.trim() !== '' ? [] : [`${name} needs a title`]),
  ]);
  const missing = OWN_FUNCTIONS.filter((name) => !Object.hasOwn(functions, name));
  if (missing.length > 0) problems.push(`${missing.join(', ')} must be there: this server performs them`);
  if (problems.length > 0) throw new DefinitionError(problems.map((problem) => `functions: ${problem}`));
  return functions;
}

/** Loads `functions.ts` of a folder (`schema/`); null where there is none. Throws DefinitionError. */
export async function loadFunctions(directory: string): Promise<Functions | null> {
  const file = resolve(join(directory, 'functions.ts'));
  if (!existsSync(file)) return null;
  const { default: functions } = (await import(pathToFileURL(file).href)) as { default?: Functions };
  if (functions === undefined || !Object.hasOwn(functions, 'IMPORT'))
    throw new DefinitionError([`${file}: its default export must be what defineFunctions() returns`]);
  return functions;
}
