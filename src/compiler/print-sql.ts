import { statementsOf, type SqlObject } from './sql-object.ts';

/** Compiled objects as a file that a DBA reads: a heading in comments, then each object's statements. */
export function printSql(heading: readonly string[], objects: readonly SqlObject[]): string {
  const head = heading.map((line) => `-- ${line}`).join('\n');
  return [head, ...objects.map(printObject)].join('\n\n') + '\n';
}

export function printObject(object: SqlObject): string {
  return statementsOf(object)
    .map((statement) => `${statement};`)
    .join('\n');
}
