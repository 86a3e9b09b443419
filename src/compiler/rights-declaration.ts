import { DefinitionError, problemOfName } from './check-definition.ts';

/** Applications and their rights (R1), as `schema/rights.ts` declares them. Plain JSON. */
export interface RightsDeclaration {
  /** Titles by the names of rights. */
  readonly rights: Readonly<Record<string, string>>;
  readonly applications: Readonly<Record<string, Application>>;
}

export interface Application {
  readonly title: string;
  /** Names of rights, any of which may stand in other applications too. */
  readonly rights: readonly string[];
}

export const NO_RIGHTS: RightsDeclaration = { rights: {}, applications: {} };

/** Declares the applications and their rights; the default export of `schema/rights.ts`. Throws DefinitionError with everything that is wrong. */
export function defineRights(declared: RightsDeclaration): RightsDeclaration {
  const { rights, applications } = declared;
  const used = new Set(Object.values(applications).flatMap((application) => application.rights));
  const problems = [
    ...Object.entries(rights).flatMap(([name, title]) => [
      ...namingProblems('right', name, title),
      ...(used.has(name) ? [] : [`the right ${name} stands in no application, so that no profile could hold it`]),
    ]),
    ...Object.entries(applications).flatMap(([name, { title, rights: own }]) => [
      ...namingProblems('application', name, title),
      ...own
        .filter((right) => !Object.hasOwn(rights, right))
        .map((right) => `the application ${name} names the right ${right}, which isn't declared`),
      ...(new Set(own).size < own.length ? [`the application ${name} names a right twice`] : []),
    ]),
  ];
  if (problems.length > 0) throw new DefinitionError(problems);
  return declared;
}

function namingProblems(kind: string, name: string, title: string): string[] {
  const problem = problemOfName(name);
  return [
    ...(problem === null ? [] : [`the ${kind} ${JSON.stringify(name)} ${problem}`]),
    ...(typeof title === 'string' && title.trim() !== '' ? [] : [`the ${kind} ${JSON.stringify(name)} needs a title`]),
  ];
}
