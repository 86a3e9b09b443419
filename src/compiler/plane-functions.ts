import type { ObjectDefinition } from './definition.ts';
import { guardNames, type GuardNames } from './guard-functions.ts';
import { abilitiesOf, levelsOf } from './levels.ts';
import { sightRole } from './names.ts';
import {
  areMany,
  exposedFunction,
  exposedRecordSql,
  exposingFunction,
  exposingSql,
  exposuresOf,
  type Blueprint,
  type Plane,
} from './restriction.ts';
import { sqlFunction } from './sql-function.ts';
import { identifier, literal, type SqlObject } from './sql-object.ts';

/**
 * What planes allow with one record, for guards and trash: `<table>_shown(field, item, mine)`, `_editable`, and
 * `_able(ability, item, mine)`. They answer about any record and planes that they are given, so they tell nothing; who
 * asks passes the viewer's planes.
 */
export function planeFunctionObjects(blueprint: Blueprint): SqlObject[] {
  return [...blueprint.definitions.values()].flatMap((definition) => {
    const names = guardNames(blueprint.workspace, definition);
    return [
      planeFunction(blueprint, definition, names, {
        name: names.shown,
        asked: 'field',
        cases: fieldCases(definition, (level) => level !== 'HIDDEN'),
        comment: 'A7: whether one of the planes exposes the record and shows the field.',
      }),
      planeFunction(blueprint, definition, names, {
        name: names.editable,
        asked: 'field',
        cases: fieldCases(definition, (level) => level === 'EDIT'),
        comment: 'A7, W1: whether one of the planes exposes the record and has the field as EDIT.',
      }),
      planeFunction(blueprint, definition, names, {
        name: names.able,
        asked: 'ability',
        cases: abilityCases(definition),
        comment: 'A8: whether one of the planes exposes the record and grants the ability.',
      }),
      exposingFunctionObject(blueprint, definition),
      ...exposedFunctionObject(blueprint, definition),
    ];
  });
}

/** For asking about others than the viewer, of whom the policies know nothing: not callable, since it tells. */
function exposingFunctionObject({ workspace, planes }: Blueprint, definition: ObjectDefinition): SqlObject {
  return sqlFunction({
    name: exposingFunction(workspace, definition),
    parameters: `item ${guardNames(workspace, definition).table}, me uuid, groups uuid[]`,
    returns: 'integer[]',
    volatility: 'stable',
    body: `begin\n  return ${exposingSql(definition, exposuresOf(definition, planes), 'item')};\nend`,
    comment: 'A2: the planes that expose the record, with a person also those whose restriction asks who looks.',
    callable: false,
  });
}

/** Only where policies leave so many restrictions to it. */
function exposedFunctionObject({ tag, workspace, planes }: Blueprint, definition: ObjectDefinition): SqlObject[] {
  const exposures = exposuresOf(definition, planes);
  if (!areMany(exposures)) return [];
  return [
    sqlFunction({
      name: exposedFunction(workspace, definition),
      parameters: `item ${guardNames(workspace, definition).table}, mine integer[]`,
      returns: 'boolean',
      volatility: 'stable',
      body: `begin\n  return coalesce(${exposedRecordSql(definition, exposures, 'item')}, false);\nend`,
      comment: 'A2: whether one of the planes exposes the record, for policies where planes have many restrictions.',
      callable: true,
      // Functions of the owner look at records through that role.
      callers: [identifier(sightRole(tag, workspace))],
    }),
  ];
}

/** What is asked for, and whether it counts in a plane. */
type Case = readonly [string, (plane: Plane) => boolean];

interface PlaneFunction {
  readonly name: string;
  readonly asked: 'field' | 'ability';
  readonly cases: readonly Case[];
  readonly comment: string;
}

function fieldCases(definition: ObjectDefinition, counts: (level: string) => boolean): Case[] {
  return Object.keys(definition.fields).map((field) => [
    field,
    ({ content }) => counts(levelsOf(definition, content)[field]!.level),
  ]);
}

function abilityCases(definition: ObjectDefinition): Case[] {
  return Object.keys(definition.abilities)
    .sort()
    .map((ability) => [ability, ({ content }) => abilitiesOf(definition, content).includes(ability)]);
}

function planeFunction(
  { planes }: Blueprint,
  definition: ObjectDefinition,
  { table }: GuardNames,
  { name, asked, cases, comment }: PlaneFunction,
): SqlObject {
  // What the same planes allow is one case.
  const answers = new Map<string, string[]>();
  for (const [value, counts] of cases) {
    const exposures = exposuresOf(definition, planes, counts);
    if (exposures.length === 0) continue;
    const answer = exposedRecordSql(definition, exposures, 'item');
    answers.set(answer, [...(answers.get(answer) ?? []), value]);
  }
  const branches = [...answers].map(
    ([answer, values]) => `    when ${asked} in (${values.map(literal).join(', ')}) then ${answer}`,
  );
  const body =
    branches.length === 0
      ? '  return false;'
      : `  return coalesce(case\n${branches.join('\n')}\n    else false\n  end, false);`;
  return sqlFunction({
    name,
    parameters: `${asked} text, item ${table}, mine integer[]`,
    returns: 'boolean',
    volatility: 'stable',
    body: `begin\n${body}\nend`,
    comment,
    callable: true,
  });
}
