import { type Queryable, quoteName, quoteText } from '../database/queryable.ts';
import type { LogProblem } from './log-verify.ts';

/** A table whose changes are logged, as its trigger says. */
interface Logged {
  table: string;
  key: string[];
  /** Columns whose values are withheld, and those that follow from other tables. */
  withheld: string[];
  derived: string[];
}

const LOGGED = `
  select c.relname as "table",
    array(select a.attname::text from pg_index i cross join unnest(i.indkey) with ordinality k(number, place)
      join pg_attribute a on a.attrelid = c.oid and a.attnum = k.number where i.indrelid = c.oid and i.indisprimary order by k.place) as key,
    (string_to_array(encode(t.tgargs, 'escape'), '\\000'))[1]::text[] as withheld, (string_to_array(encode(t.tgargs, 'escape'), '\\000'))[2]::text[] as derived
  from pg_trigger t join pg_class c on c.oid = t.tgrelid
  where c.relnamespace = 'rowplane'::regnamespace and t.tgname = 'a_log' order by 1`;

/**
 * The rows of the permission tables that aren't as the log last says: what was changed while a trigger was off, and
 * what the log has lost. Columns that came or went with a new version are left out.
 */
export async function findUnlogged(owner: Queryable): Promise<LogProblem[]> {
  // As the triggers write moments, whatever this session shows them in.
  await owner.query(`set local timezone = 'UTC'`);
  const problems: LogProblem[] = [];
  for (const logged of await owner.query<Logged>(LOGGED)) {
    const rows = await owner.query<{ key: unknown[]; was: boolean; is: boolean; entry: number | null }>(
      comparison(logged),
    );
    for (const { key, was, is, entry } of rows) {
      const row = `${logged.table} ${key.join(', ')}`;
      const message = !was
        ? `${row} exists, but the log doesn't know it.`
        : is
          ? `${row} is not as the log says.`
          : `${row} is gone, but the log doesn't say so.`;
      problems.push({ kind: 'UNLOGGED', entry, message });
    }
  }
  return problems;
}

function comparison({ table, key, withheld, derived }: Logged): string {
  const keyOf = (row: string) =>
    `jsonb_build_array(${key.map((column) => `${row} -> ${quoteText(column)}`).join(', ')})`;
  const hidden = `'{${[...withheld, ...derived].map((column) => quoteName(column)).join(',')}}'::text[]`;
  return `
    with states as (
      select e.id, ${keyOf('e.before')} as key, null::jsonb as row from rowplane_log.entries e where e.table_name = ${quoteText(table)} and e.before is not null
      union all
      select e.id, ${keyOf('e.after')}, e.after from rowplane_log.entries e where e.table_name = ${quoteText(table)} and e.after is not null
    ), logged as (
      select distinct on (s.key) s.key, s.id, s.row from states s
      where s.id > coalesce((select max(e.id) from rowplane_log.entries e where e.table_name = ${quoteText(table)} and e.operation = 'TRUNCATE'), 0)
      order by s.key, s.id desc, s.row nulls last
    ), present as (
      select ${keyOf('to_jsonb(t)')} as key, to_jsonb(t) - ${hidden} as row from rowplane.${quoteName(table)} t
    )
    select coalesce(l.key, p.key) as key, l.row is not null as was, p.row is not null as is, l.id::float8 as entry
    from (select * from logged where row is not null) l full join present p on p.key = l.key
    where l.row is null or p.row is null
      or exists (select from jsonb_each(l.row) c where p.row ? c.key and p.row -> c.key is distinct from c.value)
    order by 1 limit 100`;
}
