import type { Knowledge } from '../access/knowledge.ts';
import type { Row } from '../access/unit.ts';
import { exposureColumn, exposuresNeeded, flagColumn, flagsNeeded } from './access.ts';
import { cellsOf, recordsSql } from './merge-planes.ts';
import type { Place, RecordNode } from './record-node.ts';
import { isOneStatement, type Selection } from './selection.ts';
import { isBlind, sightOf, sourcesOf, type Sight } from './sight.ts';

/** A reference whose targets come along in the rows of the records that have it. */
export interface Join {
  /** `r2`: in the statement, and of the object in the row that holds the target. The records themselves are `r0`. */
  alias: string;
  parent: string;
  field: string;
  place: Place;
  /** Where its nodes are found by their uuid. */
  targets: Map<string, RecordNode>;
  columns: readonly string[];
}

export function newPlace(sight: Sight, selection: Selection): Place {
  return {
    sight,
    selection,
    targets: new Map(),
    linked: { users: new Map(), clients: new Map(), archives: new Map(), folders: new Map() },
    joins: [],
  };
}

/** A place whose references are joined if that makes one statement. */
export function newRootPlace(sight: Sight, selection: Selection, knowledge: Knowledge): Place {
  const root = newPlace(sight, selection);
  if (isOneStatement(selection)) root.joins = joinsOf(root, 'r0', [], knowledge);
  return root;
}

function joinsOf(place: Place, parent: string, joins: Join[], knowledge: Knowledge): Join[] {
  const { sight, selection } = place;
  const { definition } = selection;
  for (const field of selection.references) {
    const name = definition.fields[field]!.to!;
    const wanted = selection.targets.get(name)!;
    const targetSight = sightOf(knowledge, wanted.definition);
    if (isBlind(targetSight) || sourcesOf(sight, field).length === 0) continue;
    // References to one definition share a place, as they share what is wanted of it.
    const known = joins.find((join) => join.parent === parent && join.place.selection === wanted);
    const target = known?.place ?? newPlace(targetSight, wanted);
    const targets = place.targets.get(name) ?? new Map<string, RecordNode>();
    place.targets.set(name, targets);
    const alias = `r${joins.length + 1}`;
    joins.push({ alias, parent, field, place: target, targets, columns: columnsOf(targetSight, wanted) });
    joinsOf(target, alias, joins, knowledge);
  }
  return joins;
}

/** The columns of a statement for these records. */
function columnsOf(sight: Sight, selection: Selection): string[] {
  return [
    'id',
    ...cellsOf(sight, selection).filter((field) => sourcesOf(sight, field).length > 0),
    ...flagsNeeded(sight, selection).map(flagColumn),
    ...exposuresNeeded(sight, selection).map(exposureColumn),
  ];
}

/** The statement for records with the targets of their references beside them. `order` says the order of `r0` once more. */
export function withTargets(text: string, joins: readonly Join[], order = ''): string {
  if (joins.length === 0) return text;
  const columns = joins.flatMap(({ alias, columns: names }) =>
    names.map((name) => `${alias}."${name}" as "${alias}.${name}"`),
  );
  const tables = joins.map(({ alias, parent, field, place }) => {
    const target = recordsSql(place.sight, place.selection, `t.id = ${parent}."${field}"`);
    return ` left join lateral (${target}) ${alias} on true`;
  });
  return `select r0.*, ${columns.join(', ')} from (${text}) r0${tables.join('')}${order && ` ${order}`}`;
}

/** Takes the targets out of these records' rows, each once, and puts them where their references find them. */
export function takeTargets(records: readonly RecordNode[]): RecordNode[] {
  const taken: RecordNode[] = [];
  for (const { row, place } of records) {
    for (const { alias, targets, place: targetPlace } of place.joins) {
      const target = row[alias] as Row;
      const id = target.id as string | null;
      if (id === null || targets.has(id)) continue;
      const node = { row: target, place: targetPlace };
      targets.set(id, node);
      taken.push(node);
    }
  }
  return taken;
}
