import { createHash } from 'node:crypto';
import { isForEveryone, isTimeless, type NormalCondition } from './condition/condition.ts';
import { asLiteral } from './condition/parameters.ts';
import { parseCondition } from './condition/parse.ts';
import { columnOf, conditionToSql } from './condition/to-sql.ts';
import type { Definitions, ObjectDefinition } from './definition.ts';
import { isActive, type PlaneContent } from './levels.ts';
import { editSchema } from './names.ts';
import { perPlane } from './per-plane.ts';
import { identifier, qualified } from './sql-object.ts';

/** A plane as the compilers take it. A full plane's content is already written out. */
export interface Plane {
  readonly id: number;
  readonly content: PlaneContent;
}

/** Everything that a workspace is compiled from. */
export interface Blueprint {
  /** The deployment's, part of the names of its roles. */
  readonly tag: string;
  readonly workspace: number;
  readonly definitions: Definitions;
  /** By id, ascending. */
  readonly planes: readonly Plane[];
}

/** Planes that expose the same records of a definition: restrictions are few where planes are many. */
export interface Exposure {
  readonly planes: readonly number[];
  readonly restriction: NormalCondition | null;
}

interface Restriction {
  readonly condition: NormalCondition | null;
  /** Equal for equal conditions. */
  readonly key: string;
}

const parsed = perPlane((definition, content: PlaneContent): Restriction => {
  const restriction = content[definition.name]?.restriction ?? null;
  const condition = restriction === null ? null : parseCondition(definition, restriction);
  const always = condition?.kind === 'constant' && condition.value;
  return { condition: always ? null : condition, key: JSON.stringify(always ? null : condition) };
});

/** The restriction of a plane on a definition in normal form; null where it exposes every record. */
export function restrictionOf(definition: ObjectDefinition, { content }: Plane): NormalCondition | null {
  return parsed(definition, content).condition;
}

/** The planes in which the definition is active (A2), or those of them that `counts` picks, by what they expose. */
export function exposuresOf(
  definition: ObjectDefinition,
  planes: readonly Plane[],
  counts: (plane: Plane) => boolean = () => true,
): Exposure[] {
  const groups = new Map<string, { planes: number[]; restriction: NormalCondition | null }>();
  for (const plane of planes) {
    if (!isActive(definition, plane.content) || !counts(plane)) continue;
    const { condition, key } = parsed(definition, plane.content);
    const group = groups.get(key) ?? { planes: [], restriction: condition };
    group.planes.push(plane.id);
    groups.set(key, group);
  }
  return [...groups.values()].sort(unrestrictedFirst);
}

/** A restriction for a policy or the predicate of an index: text that Postgres finds equal in both. */
export function restrictionSql(definition: ObjectDefinition, restriction: NormalCondition): string {
  return conditionToSql(definition, restriction, { parameter: asLiteral, filter: true });
}

/**
 * More restrictions than these are tested by a function: written out in a policy, they would cost planning time in
 * every statement that only mentions the table.
 */
const WRITTEN_OUT = 4;

/** Whether a definition's exposures are so many that policies leave them to a function. */
export function areMany(exposures: readonly Exposure[]): boolean {
  return exposures.filter(({ restriction }) => restriction !== null).length > WRITTEN_OUT;
}

/**
 * Whether one of the viewer's planes exposes the row at hand, for a policy. Who the viewer is gets asked once per
 * statement.
 */
export function exposedSql({ workspace, planes }: Blueprint, definition: ObjectDefinition): string {
  const exposures = exposuresOf(definition, planes);
  if (areMany(exposures)) {
    const row = `${identifier(definition.table)}.*`;
    return `${exposedFunction(workspace, definition)}(${row}, (select rowplane.viewer_planes(${workspace})))`;
  }
  const parts = exposures.map((each) => {
    const inPlanes = `(select rowplane.viewer_in_any_plane(${planeList(each.planes)}))`;
    return each.restriction === null ? inPlanes : `(${inPlanes} and ${restrictionSql(definition, each.restriction)})`;
  });
  return parts.length === 0 ? 'false' : parts.join('\n    or ');
}

/** The function that tests a record against all restrictions of a definition. */
export function exposedFunction(workspace: number, { table }: ObjectDefinition): string {
  return qualified(editSchema(workspace), `${table}_exposed`);
}

/** The function that gives the planes by which a record is exposed to somebody. */
export function exposingFunction(workspace: number, { table }: ObjectDefinition): string {
  return qualified(editSchema(workspace), `${table}_exposing`);
}

/**
 * The planes that expose a record in a variable, as an array: those that expose it to everybody in them, and where a
 * variable `me` says who looks, also those whose restriction asks that; `groups` are that person's.
 */
export function exposingSql(definition: ObjectDefinition, exposures: readonly Exposure[], record: string): string {
  const column = (field: string): string => `${record}.${columnOf(definition, field)}`;
  const parts = exposures.map(({ planes, restriction }) => {
    if (restriction === null) return planeList(planes);
    const asker = { me: 'me', groups: '(groups)' };
    const exposed = conditionToSql(definition, restriction, { parameter: asLiteral, column, asker });
    const when = isForEveryone(restriction) ? exposed : `me is not null and ${exposed}`;
    return `case when ${when} then ${planeList(planes)} else '{}' end`;
  });
  return parts.length === 0 ? planeList([]) : parts.join('\n    || ');
}

/** Whether a record in a variable is exposed, among planes in a variable `mine`; never null. */
export function exposedRecordSql(definition: ObjectDefinition, exposures: readonly Exposure[], record: string): string {
  const parts = exposures.map(({ planes, restriction }) => {
    const inPlanes = `mine && ${planeList(planes)}`;
    if (restriction === null) return inPlanes;
    const column = (field: string): string => `${record}.${columnOf(definition, field)}`;
    return `(${inPlanes} and ${conditionToSql(definition, restriction, { parameter: asLiteral, column })})`;
  });
  return parts.length === 0 ? 'false' : parts.join('\n      or ');
}

/**
 * What the predicate of an index can say of a restriction: the parts that hold whoever asks and whenever. Null if
 * there is none. With the key that indexes for the same predicate share.
 */
export function indexPredicate(
  definition: ObjectDefinition,
  restriction: NormalCondition,
): { sql: string; key: string } | null {
  const parts = restriction.kind === 'and' ? restriction.of : [restriction];
  const timeless = parts.filter((part) => part.kind !== 'constant' && isTimeless(part));
  if (timeless.length === 0) return null;
  const sql = timeless.map((part) => restrictionSql(definition, part)).join(' and ');
  return { sql, key: createHash('sha256').update(sql).digest('hex').slice(0, 8) };
}

/** Plane ids as an array of the catalog's own writing. */
export function planeList(planes: readonly number[]): string {
  return `'{${planes.join(',')}}'::integer[]`;
}

function unrestrictedFirst(a: Exposure, b: Exposure): number {
  return Number(a.restriction !== null) - Number(b.restriction !== null) || a.planes[0]! - b.planes[0]!;
}
