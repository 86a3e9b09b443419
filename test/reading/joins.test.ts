import { expect, test } from 'vitest';
import type { Knowledge, PlaneDefinition } from '../../src/access/knowledge.ts';
import { newRootPlace, takeTargets } from '../../src/reader/joins.ts';
import { emptySelection, stepsOf, type Selection } from '../../src/reader/selection.ts';
import { sightOf } from '../../src/reader/sight.ts';
import { recordsStatement } from '../../src/reader/statement.ts';
import { OFFICE_DEFINITIONS } from '../support/office-definitions.ts';

const PAPER = OFFICE_DEFINITIONS.get('paper')!;
const MATTER = OFFICE_DEFINITIONS.get('matter')!;
const ID = '01a20086-0000-7000-8000-000000000000';

const reading = (fields: string, restricted = false): PlaneDefinition => ({
  fields: Object.fromEntries(fields.split(' ').map((field) => [field, 'READ' as const])),
  abilities: [],
  restricted,
});

/** Papers with the names of their matters. */
function papersWithMatters(): Selection {
  const matters = { ...emptySelection(MATTER), cells: new Set(['name']) };
  return {
    ...emptySelection(PAPER),
    cells: new Set(['title', 'matter']),
    references: new Set(['matter']),
    targets: new Map([['matter', matters]]),
  };
}

function placeFor(planes: Record<number, Record<string, PlaneDefinition>>) {
  const knowledge: Knowledge = {
    workspace: 3,
    stamp: '1.3:1',
    realms: null,
    rights: {},
    locked: false,
    planes: Object.entries(planes).map(([id, definitions]) => ({ id: Number(id), definitions })),
  };
  return newRootPlace(sightOf(knowledge, PAPER), papersWithMatters(), knowledge);
}

function statementFor(planes: Record<number, Record<string, PlaneDefinition>>): string {
  const { sight, selection, joins } = placeFor(planes);
  return recordsStatement(sight, selection, [ID], joins).text;
}

test('the targets of a reference are joined from the plane that shows them', () => {
  expect(statementFor({ 7: { paper: reading('title matter'), matter: reading('name') } })).toBe(
    'select r0.*, r1."id" as "r1.id", r1."name" as "r1.name" from (' +
      'select t.id, t.title as "title", t.matter_id as "matter" from plane_7.paper t where t.id = $1::uuid) r0 ' +
      'left join lateral (select t.id, t.name as "name" from plane_7.matter t where t.id = r0."matter") r1 on true',
  );
});

test('A7: the cells of a target are merged from all planes that expose it', () => {
  const text = statementFor({
    7: { paper: reading('title matter'), matter: reading('name', true) },
    8: { matter: reading('name', true) },
  });
  expect(text).toContain(
    'left join lateral (select u.id, any_value(u."name") as "name" from (' +
      '(select t.id, t.name as "name" from plane_7.matter t where t.id = r0."matter")' +
      ' union all ' +
      '(select t.id, t.name as "name" from plane_8.matter t where t.id = r0."matter")' +
      ') u group by u.id) r1 on true',
  );
});

test('A7: what no plane shows is not joined: a hidden reference, hidden targets', () => {
  const alone = 'select t.id, t.title as "title" from plane_7.paper t where t.id = $1::uuid';
  expect(statementFor({ 7: { paper: reading('title'), matter: reading('name') } })).toBe(alone);
  expect(placeFor({ 7: { paper: reading('title matter') } }).joins).toEqual([]);
});

test('targets are taken out of the rows, each once', () => {
  const place = placeFor({ 7: { paper: reading('title matter'), matter: reading('name') } });
  const rows = ['a', 'a', null].map((id) => ({ id: 'p', matter: id, r1: { id, name: id && 'A' } }));
  const taken = takeTargets(rows.map((row) => ({ row, place })));
  expect(taken.map(({ row }) => row)).toEqual([{ id: 'a', name: 'A' }]);
  expect(place.targets.get('matter')?.get('a')).toBe(taken[0]);
});

test('references that are too many for one statement are read level by level', () => {
  const deep = (levels: number): Selection => ({
    ...emptySelection(MATTER),
    ...(levels === 0 ? {} : { references: new Set(['parent']), targets: new Map([['matter', deep(levels - 1)]]) }),
  });
  expect(stepsOf(deep(8))).toBe(1);
  expect(stepsOf({ ...deep(8), archives: true })).toBe(2);
  expect(stepsOf(deep(9))).toBe(10);
});
