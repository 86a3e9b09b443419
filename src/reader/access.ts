import type { Row } from '../access/unit.ts';
import type { Freeze } from '../compiler/definition.ts';
import { freezeColumn, freezesField, isLostWhole, isWhole } from '../compiler/freeze.ts';
import { frozenCell, type PlaneView, type Sight } from './sight.ts';
import type { Selection } from './selection.ts';

/** What the viewer may do with one record: V4. Shared by all rows that say the same about themselves. */
export interface Access {
  /** Every field of the definition, in its order. */
  fieldAccess: readonly { field: string; level: Level }[];
  levels: Readonly<Record<string, Level>>;
  abilities: readonly string[];
}

export type Level = 'HIDDEN' | 'READ' | 'EDIT';

/** What a realm must allow for a writing ability to be of use; all other abilities need nothing there. */
const NEEDED_FLAG: Readonly<Record<string, Flag>> = {
  CREATE: 'CREATE',
  DELETE: 'DELETE',
  MASS_DELETE: 'DELETE',
  MASS_UPDATE: 'EDIT',
};

/** A flag of the record's realm. Each is compiled with what it presupposes: DELETE means that EDIT and VIEW are there too. */
export type Flag = 'EDIT' | 'CREATE' | 'DELETE';

/** The flags that a row must bring along for this selection. Without them, nothing can be changed: so it is in a locked workspace (P11). */
export function flagsNeeded(sight: Sight, { fieldAccess, abilities }: Selection): Flag[] {
  if (sight.locked) return [];
  const views = [...sight.open, ...sight.restricted];
  const flags = new Set<Flag>();
  if (fieldAccess && views.some(({ fields }) => Object.values(fields).includes('EDIT'))) flags.add('EDIT');
  if (abilities) {
    for (const ability of views.flatMap((view) => view.abilities)) {
      const flag = NEEDED_FLAG[ability];
      if (flag !== undefined) flags.add(flag);
    }
  }
  return [...flags];
}

/** The restricted planes about which a row must say whether they expose it: those that would add a level or an ability. */
export function exposuresNeeded(sight: Sight, { fieldAccess, abilities }: Selection): PlaneView[] {
  if (!fieldAccess && !abilities) return [];
  return sight.restricted.filter((view) => {
    const addsLevel = Object.entries(view.fields).some(([field, level]) => {
      const levels = sight.open.map(({ fields }) => fields[field]);
      return !levels.includes(level) && !levels.includes('EDIT');
    });
    const addsAbility = view.abilities.some((ability) => !sight.open.some((open) => open.abilities.includes(ability)));
    return (fieldAccess && addsLevel) || (abilities && addsAbility);
  });
}

/** The cells in which a row must say that it is frozen (W7): one for each freeze that takes something asked for from the viewer. */
export function frozenCellsNeeded(sight: Sight, { fieldAccess, abilities }: Selection): string[] {
  if (sight.locked) return [];
  const told = new Set([...sight.open, ...sight.restricted].flatMap(({ frozen }) => frozen));
  return freezesIn(sight)
    .filter(({ freeze, column }) => told.has(column) && (fieldAccess || (abilities && isWhole(freeze))))
    .map(({ column }) => frozenCell(column));
}

function freezesIn({ definition }: Sight) {
  return (definition.freezes ?? []).map((freeze, index) => ({ freeze, column: freezeColumn(index) }));
}

export const flagColumn = (flag: Flag): string => `#${flag}`;
export const exposureColumn = (view: PlaneView): string => `#${view.id}`;

/** Levels and abilities of the record in a row that was read with the flags and exposures above. */
export function accessOf(sight: Sight, row: Row): Access {
  const flags = (row['#EDIT'] === true ? 1 : 0) + (row['#CREATE'] === true ? 2 : 0) + (row['#DELETE'] === true ? 4 : 0);
  const exposing = sight.restricted.filter((view) => row[exposureColumn(view)] === true);
  const frozen = freezesIn(sight).filter(({ column }) => row[frozenCell(column)] === true);
  const signature =
    exposing.length === 0 && frozen.length === 0
      ? flags
      : [flags, exposing.map(({ id }) => id).join(), ...frozen.map(({ column }) => column)].join(' ');
  let access = sight.access.get(signature);
  if (access === undefined) {
    access = merge(
      sight,
      exposing,
      row,
      frozen.map(({ freeze }) => freeze),
    );
    sight.access.set(signature, access);
  }
  return access;
}

function merge(sight: Sight, restricted: readonly PlaneView[], row: Row, frozen: readonly Freeze[]): Access {
  const exposing = [...sight.open, ...restricted];
  const isFrozen = (field: string): boolean => frozen.some((freeze) => freezesField(freeze, field));
  const levels: Record<string, Level> = {};
  for (const field of Object.keys(sight.definition.fields)) {
    const granted = exposing.map(({ fields }) => fields[field]);
    const editable = granted.includes('EDIT') && row['#EDIT'] === true && !isFrozen(field);
    levels[field] = editable ? 'EDIT' : granted.some(Boolean) ? 'READ' : 'HIDDEN';
  }
  const abilities = new Set(exposing.flatMap((view) => view.abilities));
  return {
    levels,
    fieldAccess: Object.entries(levels).map(([field, level]) => ({ field, level })),
    abilities: [...abilities]
      .filter((ability) => NEEDED_FLAG[ability] === undefined || row[`#${NEEDED_FLAG[ability]}`] === true)
      .filter((ability) => !isLostWhole(ability) || !frozen.some(isWhole))
      .sort(),
  };
}
