import type { Administration } from '../access/administrators.ts';
import type { Definitions, ObjectDefinition } from '../compiler/definition.ts';
import { abilitiesOf, isActive, levelsOf, type PlaneContent } from '../compiler/levels.ts';
import { restrictionOf } from '../compiler/restriction.ts';

/** A9: a member whom an assignment doesn't restrict, since other planes show that member more. */
export interface Escape {
  /** The user's name, or `anonymous`. */
  user: string;
  /** The names of those planes. */
  planes: string[];
}

export interface Escapes {
  /** At most 50 of them, by name. */
  members: Escape[];
  count: number;
}

interface PlaneRow {
  id: number;
  name: string;
  content: PlaneContent;
}

const NAMED = 50;

/** A9: whom these groups reach and who is in another plane of the workspace that shows more than `plane`. */
export async function findEscapes(
  a: Administration,
  definitions: Definitions,
  { plane, groups, planes }: { plane: PlaneRow; groups: readonly string[]; planes: readonly PlaneRow[] },
): Promise<Escapes> {
  const wider = planes.filter((other) => other.id !== plane.id && showsMore(definitions, other.content, plane.content));
  if (wider.length === 0) return { members: [], count: 0 };
  const members = await a.asOwner((owner) =>
    owner.query<Escape>(
      `select coalesce(u.name, 'anonymous') as user, array_agg(p.name order by p.name) as planes
       from rowplane.planes_of(array(select rowplane.people_reached($1))) reached
       join rowplane.planes p on p.id = reached.plane_id
       left join rowplane.users u on u.id = reached.person
       where p.id = any ($2) group by reached.person, u.name order by 1`,
      [groups, wider.map(({ id }) => id)],
    ),
  );
  return { members: members.slice(0, NAMED), count: members.length };
}

/**
 * Whether plane content `a` shows or allows anything that `b` doesn't, as far as the contents tell: two different
 * restrictions may meet on the same records today, and differ tomorrow.
 */
export function showsMore(definitions: Definitions, a: PlaneContent, b: PlaneContent): boolean {
  return [...definitions.values()].some((definition) => showsMoreOf(definition, a, b));
}

const RANK = { HIDDEN: 0, READ: 1, EDIT: 2 };

function showsMoreOf(definition: ObjectDefinition, a: PlaneContent, b: PlaneContent): boolean {
  if (!isActive(definition, a)) return false;
  if (!isActive(definition, b)) return true;
  const [wide, narrow] = [
    restrictionOf(definition, { id: 0, content: a }),
    restrictionOf(definition, { id: 0, content: b }),
  ];
  if (narrow !== null && JSON.stringify(wide) !== JSON.stringify(narrow)) return true;
  const levels = levelsOf(definition, b);
  const abilities = new Set(abilitiesOf(definition, b));
  return (
    Object.values(levelsOf(definition, a)).some(({ field, level }) => RANK[level] > RANK[levels[field]!.level]) ||
    abilitiesOf(definition, a).some((ability) => !abilities.has(ability))
  );
}
