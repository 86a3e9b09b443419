import type { Knowledge, PlaneDefinition } from '../../src/access/knowledge.ts';
import { parseCondition } from '../../src/compiler/condition/parse.ts';
import { orderKeys, type Direction, type KeyValue } from '../../src/reader/order.ts';
import { emptySelection, type Selection } from '../../src/reader/selection.ts';
import { sightOf, type Sight } from '../../src/reader/sight.ts';
import { pageStatement, type Filter } from '../../src/reader/statement.ts';
import { OFFICE_DEFINITIONS } from '../support/office-definitions.ts';

export const PAPER = OFFICE_DEFINITIONS.get('paper')!;

/** A plane that reads these fields and edits those in capitals. */
export function plane(
  id: number,
  fields: string,
  { restricted = false, abilities = [] as string[] } = {},
): [number, PlaneDefinition] {
  const levels = fields
    .split(' ')
    .map((field) => [field.toLowerCase(), field === field.toLowerCase() ? 'READ' : 'EDIT'] as const);
  return [id, { fields: Object.fromEntries(levels), abilities, restricted }];
}

export function sight(planes: [number, PlaneDefinition][], realms: number[] | null = null): Sight {
  const knowledge: Knowledge = {
    rights: {},
    workspace: 3,
    stamp: '1.3:1',
    realms,
    locked: false,
    planes: planes.map(([id, paper]) => ({ id, definitions: { paper } })),
  };
  return sightOf(knowledge, PAPER);
}

export function selecting(cells: string, more: Partial<Selection> = {}): Selection {
  return { ...emptySelection(PAPER), cells: new Set(cells.split(' ').filter(Boolean)), ...more };
}

export function filter(where: Record<string, unknown> = {}, place: Partial<Filter> = {}): Filter {
  return { condition: parseCondition(PAPER, where), archive: null, folder: null, ...place };
}

interface Asked {
  cells?: string;
  more?: Partial<Selection>;
  where?: Record<string, unknown>;
  order?: string;
  after?: KeyValue[];
  before?: KeyValue[];
  backward?: boolean;
}

/** The statement for a page of two papers. `order`: `dueAt, title DESC`. */
export function pageOf(
  from: Sight,
  { cells = 'title', more, where, order = '', after, before, backward = false }: Asked = {},
) {
  const asked = order
    .split(', ')
    .filter(Boolean)
    .map((key) => {
      const [field, direction = 'ASC'] = key.split(' ') as [string, Direction?];
      return { field, direction };
    });
  const range = { keys: orderKeys(PAPER, asked), after: after ?? null, before: before ?? null, backward, limit: 3 };
  return pageStatement(from, selecting(cells, more), filter(where), range);
}
