import type { Definitions, Field } from '../compiler/definition.ts';
import {
  isDestructive,
  type PLANE_PARTS,
  removedChoices,
  withoutRemoved,
  type DefinitionChange,
} from '../compiler/diff-definitions.ts';
import type { PlaneContent } from '../compiler/levels.ts';
import { workspaceSchema } from '../compiler/names.ts';
import { problemsOf } from '../compiler/plane-content.ts';
import { identifier, literal, qualified } from '../compiler/sql-object.ts';
import type { Queryable } from '../database/queryable.ts';

export interface Workspace {
  readonly id: number;
  readonly name: string;
}

export interface StoredPlane {
  readonly id: number;
  readonly workspace: number;
  readonly name: string;
  readonly full: boolean;
  readonly content: PlaneContent;
}

/** What destructive changes would take away, one line each: rows, cells that aren't empty, parts of planes. */
export async function lossesOf(
  owner: Queryable,
  changes: readonly DefinitionChange[],
  workspaces: readonly Workspace[],
  planes: readonly StoredPlane[],
): Promise<string[]> {
  const lines: string[] = [];
  for (const change of changes.filter(isDestructive)) {
    const { table, name } = change.definition;
    const count = (where: string) => countIn(owner, workspaces, table, where);
    switch (change.kind) {
      case 'definitionRemoved':
        lines.push(`definition ${name} would be removed, with ${told(await count('true'), 'records')}`);
        break;
      case 'fieldRemoved':
        lines.push(`${pathOf(change)} would be removed, with ${told(await count(isFilled(change.field)), 'cells')}`);
        break;
      case 'fieldReplaced':
        lines.push(
          `${pathOf(change)} would become ${kindOf(change.field)} instead of ${kindOf(change.from)}, and lose ${told(await count(isFilled(change.from)), 'cells')}`,
        );
        break;
      case 'fieldAltered': {
        const gone = removedChoices(change.from, change.field);
        const cells = await count(`${identifier(change.field.column)} in (${gone.map(literal).join(', ')})`);
        lines.push(`${pathOf(change)} would lose the choice ${gone.join(', ')}, and empty ${told(cells, 'cells')}`);
        break;
      }
      case 'partRemoved': {
        const users = planes.filter((plane) => !plane.full && uses(plane, name, change.part, change.name));
        const where = users.length === 0 ? 'no plane enables it' : `enabled in ${users.map(nameOf).join(', ')}`;
        lines.push(`${name}.${change.part}.${change.name} would be removed (${where})`);
        break;
      }
      default:
        break;
    }
  }
  return lines;
}

/** What must be mended first, whatever is allowed: records that break a new rule, restrictions that lose their field. */
export async function obstaclesTo(
  owner: Queryable,
  changes: readonly DefinitionChange[],
  wanted: Definitions,
  applied: Definitions,
  workspaces: readonly Workspace[],
  planes: readonly StoredPlane[],
): Promise<string[]> {
  const lines = obstructingRestrictions(changes, wanted, applied, planes);
  for (const change of changes) {
    if (change.kind !== 'fieldAdded' && change.kind !== 'fieldReplaced' && change.kind !== 'fieldAltered') continue;
    const { definition, field } = change;
    const from = change.kind === 'fieldAltered' ? change.from : undefined;
    const obstacle = async (where: Where, problem: string) => {
      const found = await countIn(owner, workspaces, definition.table, where);
      if (found.length > 0) lines.push(`${pathOf(change)} ${problem}: ${told(found, 'records')}`);
    };
    const column = identifier(field.column);
    const gone = from === undefined ? '' : removedChoices(from, field).map(literal).join(', ');
    if (field.required && from === undefined)
      await obstacle(
        'true',
        'is required, but existing records would have no value; add it as optional and fill it first',
      );
    if (field.required && from !== undefined) {
      if (!from.required) await obstacle(`${column} is null`, 'is to be required, but is empty in some records');
      if (gone !== '') await obstacle(`${column} in (${gone})`, 'is required, so a choice in use can not be removed');
    }
    if (from?.maxLength !== undefined && field.maxLength! < from.maxLength)
      await obstacle(`length(${column}) > ${field.maxLength}`, `is to have at most ${field.maxLength} characters`);
    if (from !== undefined && field.unique && !from.unique)
      await obstacle(isShared(column), 'is to be unique, but some records of one archive and client share a value');
  }
  return lines;
}

/** Restrictions must never loosen in silence, so planes that test a field which goes are changed by people first. */
function obstructingRestrictions(
  changes: readonly DefinitionChange[],
  wanted: Definitions,
  applied: Definitions,
  planes: readonly StoredPlane[],
): string[] {
  const trimmed = withoutRemoved(applied, changes);
  return planes.flatMap((plane) => {
    const kept = Object.entries(plane.content).filter(([name]) => wanted.has(name) && trimmed.has(name));
    const problems = [wanted, trimmed].flatMap((definitions) =>
      kept.flatMap(([name, content]) => {
        const onlyRestriction = { views: [], layouts: [], documentViewers: [], abilities: [] };
        return problemsOf(definitions, { [name]: { ...content, ...onlyRestriction } });
      }),
    );
    const messages = new Set(problems.map(({ path, message }) => `${path[0]} ${message}`));
    return [...messages].map((message) => `${nameOf(plane)} has a restriction that must be changed first: ${message}`);
  });
}

/** A condition on `record`, which may need the name of its table. */
type Where = string | ((table: string) => string);

interface Count {
  readonly workspace: Workspace;
  readonly count: number;
}

async function countIn(
  owner: Queryable,
  workspaces: readonly Workspace[],
  table: string,
  where: Where,
): Promise<Count[]> {
  const counts: Count[] = [];
  for (const workspace of workspaces) {
    const from = qualified(workspaceSchema(workspace.id), table);
    const [row] = await owner.query<{ count: number }>(
      `select count(*)::float8 as count from ${from} as record where ${typeof where === 'string' ? where : where(from)}`,
    );
    if (row!.count > 0) counts.push({ workspace, count: row!.count });
  }
  return counts;
}

function told(counts: readonly Count[], what: string): string {
  if (counts.length === 0) return `no ${what}`;
  return counts
    .map(
      ({ workspace, count }) =>
        `${count.toLocaleString('en')} ${count === 1 ? what.replace(/s$/, '') : what} in workspace ${workspace.id} (${workspace.name})`,
    )
    .join(', ');
}

/** Whether another record of the same archive and client has the same value; the trash doesn't count (V2). */
function isShared(column: string): Where {
  return (table) => `record.deleted_at is null and exists (
    select from ${table} other
    where other.${column} = record.${column} and other.archive_id = record.archive_id
      and other.client_id is not distinct from record.client_id
      and other.deleted_at is null and other.id <> record.id)`;
}

function isFilled(field: Field): string {
  return `${identifier(field.column)} is not null`;
}

function kindOf(field: Field): string {
  if (field.type === 'decimal') return `decimal with ${field.scale} decimals`;
  return field.type === 'reference' ? `reference to ${field.to}` : field.type;
}

function pathOf(change: DefinitionChange & { readonly field: Field }): string {
  return `${change.definition.name}.${change.field.name}`;
}

function nameOf(plane: StoredPlane): string {
  return `plane ${plane.id} (${plane.name})`;
}

function uses(plane: StoredPlane, definition: string, part: (typeof PLANE_PARTS)[number], name: string): boolean {
  return plane.content[definition]?.[part].includes(name) ?? false;
}
