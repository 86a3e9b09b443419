import type { Knowledge } from '../access/knowledge.ts';
import { testableField } from '../compiler/condition/testable-fields.ts';
import type { ObjectDefinition } from '../compiler/definition.ts';
import { planeSchema, trashSchema } from '../compiler/names.ts';
import { freezeColumn, tellsOf } from '../compiler/freeze.ts';
import { identifier, qualified } from '../compiler/sql-object.ts';
import type { Access } from './access.ts';

/** A plane of the viewer's, as far as one definition goes. */
export interface PlaneView {
  id: number;
  /** `plane_7.document`. */
  name: string;
  fields: Readonly<Record<string, 'READ' | 'EDIT'>>;
  abilities: readonly string[];
  /** Whether a restriction narrows its records. */
  restricted: boolean;
  /** The columns in which its view tells that a record is frozen (W7). */
  frozen: readonly string[];
}

/** How a viewer comes at the records of one definition in one workspace. Chosen by knowledge; the policies behind the views decide. */
export interface Sight {
  workspace: number;
  definition: ObjectDefinition;
  /** Planes without a restriction: each exposes every record that the viewer sees here. */
  open: PlaneView[];
  restricted: PlaneView[];
  /** The viewer's realms where they hold few records, else null: then indexes are read in order. */
  realms: number[] | null;
  /** Whether somebody else's lock lets the viewer only read here (P11). */
  locked: boolean;
  /** Levels and abilities by what a row says about itself: there are far fewer of these than rows. */
  access: Map<string | number, Access>;
}

const sights = new WeakMap<Knowledge, Map<string, Sight>>();

/** The viewer's sight of a definition, worked out once per state of knowledge. */
export function sightOf(knowledge: Knowledge, definition: ObjectDefinition): Sight {
  let byDefinition = sights.get(knowledge);
  if (byDefinition === undefined) sights.set(knowledge, (byDefinition = new Map<string, Sight>()));
  let sight = byDefinition.get(definition.name);
  if (sight === undefined || sight.definition !== definition) {
    sight = workOut(knowledge, definition);
    byDefinition.set(definition.name, sight);
  }
  return sight;
}

function workOut({ workspace, planes, realms, locked }: Knowledge, definition: ObjectDefinition): Sight {
  const views = planes.flatMap(({ id, definitions }): PlaneView[] => {
    const content = definitions[definition.name];
    if (content === undefined) return [];
    return [
      { id, name: qualified(planeSchema(id), definition.table), ...content, frozen: freezesTold(definition, content) },
    ];
  });
  return {
    workspace,
    definition,
    open: views.filter(({ restricted }) => !restricted),
    restricted: views.filter(({ restricted }) => restricted),
    realms,
    locked,
    access: new Map(),
  };
}

/** The compiler's answer, for what it compiled. */
function freezesTold(definition: ObjectDefinition, { fields, abilities }: Pick<PlaneView, 'fields' | 'abilities'>) {
  const changeable = { edits: (field: string) => fields[field] === 'EDIT', abilities };
  return (definition.freezes ?? []).flatMap((freeze, index) =>
    tellsOf(definition, freeze, changeable) ? [freezeColumn(index)] : [],
  );
}

/**
 * The trash as something to read from (W2): one view that merges the cells of all planes by itself. Its cells have no levels, and it takes no
 * conditions: they couldn't tell hidden cells from empty ones there.
 */
export function trashSightOf(knowledge: Knowledge, definition: ObjectDefinition): Sight {
  const { workspace, realms, locked } = knowledge;
  const fields = Object.fromEntries(Object.keys(definition.fields).map((field) => [field, 'READ' as const]));
  const name = qualified(trashSchema(workspace), definition.table);
  const open = isBlind(sightOf(knowledge, definition))
    ? []
    : [{ id: 0, name, fields, abilities: [], restricted: false, frozen: [] }];
  return { workspace, definition, open, restricted: [], realms, locked, access: new Map() };
}

/** Whether there is nothing to look for: no plane shows the definition, or no realm is the viewer's. */
export function isBlind(sight: Sight): boolean {
  return (sight.open.length === 0 && sight.restricted.length === 0) || sight.realms?.length === 0;
}

/** System fields that can be read but stand in no condition. Only the trash has the second. */
const UNTESTABLE: Readonly<Record<string, string>> = { archive: 'archive_id', deletedAt: 'deleted_at' };

/** A column of freezes as a cell to be read: field names have no such sign. */
export const frozenCell = (column: string): string => `#${column}`;

/** The column of a field in a plane's view. System fields are shown by every plane (A3). */
export function columnOf(definition: ObjectDefinition, field: string): string {
  if (field.startsWith('#')) return field.slice(1);
  if (Object.hasOwn(UNTESTABLE, field)) return UNTESTABLE[field]!;
  return identifier(testableField(definition, field)!.column);
}

export function isSystem(definition: ObjectDefinition, field: string): boolean {
  return Object.hasOwn(UNTESTABLE, field) || testableField(definition, field)!.system;
}

export function shows(view: PlaneView, definition: ObjectDefinition, field: string): boolean {
  if (field.startsWith('#')) return view.frozen.includes(field.slice(1));
  return isSystem(definition, field) || Object.hasOwn(view.fields, field);
}

/**
 * The planes that a field's cells come from (A7), best first: if an unrestricted one shows it, that one alone, since it exposes every record;
 * else all restricted ones that show it. None: the field is hidden everywhere.
 */
export function sourcesOf(sight: Sight, field: string, preferred?: PlaneView): PlaneView[] {
  if (preferred && !preferred.restricted && shows(preferred, sight.definition, field)) return [preferred];
  const open = sight.open.find((view) => shows(view, sight.definition, field));
  return open ? [open] : sight.restricted.filter((view) => shows(view, sight.definition, field));
}

/**
 * The planes whose records, together, are all that the viewer sees: one unrestricted plane if there is any — the one that shows most of the
 * fields that the statement uses — else every restricted one.
 */
export function branchesOf(sight: Sight, used: Iterable<string>): PlaneView[] {
  if (sight.open.length === 0) return sight.restricted;
  const fields = [...used];
  const score = (view: PlaneView): number => fields.filter((field) => shows(view, sight.definition, field)).length;
  return [sight.open.reduce((best, view) => (score(view) > score(best) ? view : best))];
}
