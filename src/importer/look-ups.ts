import type { Knowledge, PlaneKnowledge } from '../access/knowledge.ts';
import type { Statement } from '../access/unit.ts';
import type { ObjectDefinition } from '../compiler/definition.ts';
import { planeSchema } from '../compiler/names.ts';
import { identifier, literal, qualified } from '../compiler/sql-object.ts';
import type { MappedColumn, ReferenceColumn } from './mapping.ts';
import { keyColumn, valueColumn } from './staging.ts';

/** The rows of a run that a statement is about: lines after `after`, up to `upTo`. */
export interface Lines {
  after: number;
  upTo: number;
}

/** What all statements about a run share. */
export interface Run {
  /** The staging table. */
  table: string;
  definition: ObjectDefinition;
  columns: readonly MappedColumn[];
  /** The reference whose record's client is the row's own, or null. */
  clientOf: ReferenceColumn | null;
  archive: string;
  folder: string;
  userName: string;
}

/** Rows between the two lines that nothing speaks against so far; `s` is the staging table. */
export const OPEN_ROWS = 's.line > $1 and s.line <= $2 and s.problem is null';

/** A row if the user may create records in the archive now. Rights may have changed since the last batch. */
export function placeStatement({ archive }: Run): Statement {
  return {
    text: 'select from rowplane.viewer_archives() a where a.archive_id = $1 and a.may_create',
    values: [archive],
  };
}

/** Gives rows the clients of the records that they refer to, which were looked up before, and rejects those without. */
export function followedClientStatements({ table, clientOf }: Run, knowledge: Knowledge, lines: Lines): Statement[] {
  if (!clientOf) return [];
  const { target, header } = clientOf;
  const value = `s.${identifier(valueColumn(clientOf))}`;
  const values = [lines.after, lines.upTo];
  return [
    {
      text: `update ${table} s set client_id = t.client_id
        from (select w.id, (select any_value(t.client_id) from (${visibleById(target, knowledge)}) t) as client_id
          from (select distinct ${value} as id from ${table} s where ${OPEN_ROWS} and ${value} is not null) w) t
        where ${OPEN_ROWS} and ${value} = t.id`,
      values,
    },
    {
      text: `update ${table} s set problem = ${literal(`needs a client, and ${header} leads to none`)}
        where ${OPEN_ROWS} and s.client_id is null`,
      values,
    },
  ];
}

/** C7: rejects rows whose client is not the user's (any more); all at once, which the database would do one by one. */
export function clientStatement({ table, archive, userName }: Run, { after, upTo }: Lines): Statement {
  return {
    text: `update ${table} s set problem = ${literal(`has a client that ${userName} does not work for in this archive`)}
      where ${OPEN_ROWS} and s.client_id is not null
        and s.client_id not in (select c.client_id from rowplane.visible_clients c where c.archive_id = $3)`,
    values: [after, upTo, archive],
  };
}

/**
 * Statements that find what the rows refer to, among what the user sees (W8), and reject rows that refer to nothing. The
 * target is first looked for in the archive of the import, then anywhere in the workspace; several there are one too many.
 */
export function lookUpStatements(run: Run, knowledge: Knowledge, lines: Lines): Statement[] {
  return run.columns.flatMap((column) => {
    const { lookUp, header } = column;
    if (!lookUp) return [];
    const key = `s.${identifier(keyColumn(column))}`;
    const value = identifier(valueColumn(column));
    const found =
      lookUp.target === 'user'
        ? 'select u.id, null::uuid as archive_id from rowplane.visible_users u where u.name = w.key'
        : visibleByKey(lookUp.target, lookUp.key.name, knowledge);
    const what = lookUp.target === 'user' ? 'user' : lookUp.target.name;
    return [
      {
        text: `with wanted as materialized (select distinct ${key} as key from ${run.table} s where ${OPEN_ROWS} and ${key} is not null),
          found as (
            select w.key, array_agg(distinct t.id) as anywhere, array_agg(distinct t.id) filter (where t.archive_id = $3::uuid) as here
            from wanted w cross join lateral (${found}) t group by w.key)
          update ${run.table} s
          set ${value} = case when cardinality(f.here) = 1 then f.here[1] when cardinality(f.anywhere) = 1 then f.anywhere[1] end,
            problem = case when cardinality(f.here) = 1 or cardinality(f.anywhere) = 1 then null
              else ${literal(`${header}: several records of ${what} are called `)} || quote_literal(f.key) end
          from found f where ${OPEN_ROWS} and ${key} = f.key`,
        values: [lines.after, lines.upTo, run.archive],
      },
      {
        text: `update ${run.table} s
          set problem = ${literal(`${header}: there is no ${what} with the ${lookUp.key.name} `)} || quote_literal(${key}) || ${literal(` that ${run.userName} sees`)}
          where ${OPEN_ROWS} and ${key} is not null and s.${value} is null`,
        values: [lines.after, lines.upTo],
      },
    ];
  });
}

/**
 * Statements that reject rows whose unique values are taken by records that the user sees. What hidden records hold, and
 * what is taken meanwhile, the database says when the row is inserted; this spares it most of the conflicts.
 */
export function takenStatements(run: Run, knowledge: Knowledge, lines: Lines): Statement[] {
  return run.columns
    .filter(({ field }) => field.unique)
    .map((column) => {
      const value = `s.${identifier(valueColumn(column))}`;
      return {
        text: `with taken as materialized (
            select s.line from ${run.table} s
            cross join lateral (${visibleByKey(run.definition, column.field.name, knowledge, value)} and t.archive_id = $3::uuid
              and t.client_id is not distinct from s.client_id limit 1) t
            where ${OPEN_ROWS} and ${value} is not null)
          update ${run.table} s set problem = ${literal(`${column.header} is taken: another record has this ${column.field.title} there`)}
          from taken where s.line = taken.line`,
        values: [lines.after, lines.upTo, run.archive],
      };
    });
}

/**
 * Rejects rows that repeat a unique value of an earlier row for the same client. Run once, before anything is inserted.
 * Where clients are still to be found, the database refuses such rows one by one.
 */
export function repeatedStatements({ table, columns, clientOf }: Run): string[] {
  if (clientOf) return [];
  return columns
    .filter(({ field }) => field.unique)
    .map((column) => {
      const value = identifier(valueColumn(column));
      return `with numbered as (
          select line, first_value(line) over (partition by client_id, ${value} order by line) as first
          from ${table} where problem is null and ${value} is not null)
        update ${table} s set problem = ${literal(`${column.header} is the same as in row `)} || n.first
        from numbered n where n.line = s.line and n.first < n.line`;
    });
}

/** Records that the viewer sees with this key in a cell that the viewer sees (V3), each plane by its own index. */
function visibleByKey(target: ObjectDefinition, key: string, { planes }: Knowledge, value = 'w.key'): string {
  const column = identifier(target.fields[key]?.column ?? key);
  const showing = planes.filter(({ definitions }) => definitions[target.name]?.fields[key] !== undefined);
  return placesThrough(showing, target, `t.${column} = ${value}`);
}

/** The same by id, which every plane shows. */
function visibleById(target: ObjectDefinition, { planes }: Knowledge): string {
  const showing = planes.filter(({ definitions }) => definitions[target.name] !== undefined);
  return placesThrough(showing, target, 't.id = w.id');
}

/** Where the records are that these planes show under a condition on `t`. */
function placesThrough(planes: readonly PlaneKnowledge[], { table }: ObjectDefinition, condition: string): string {
  const branches = planes.map(
    ({ id }) => `select t.id, t.archive_id, t.client_id from ${qualified(planeSchema(id), table)} t where ${condition}`,
  );
  if (branches.length === 0)
    return `select t.* from (select null::uuid as id, null::uuid as archive_id, null::uuid as client_id) t where false`;
  return branches.length === 1 ? (branches[0] ?? '') : `select * from (${branches.join(' union all ')}) t where true`;
}
