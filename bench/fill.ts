import type { Connection } from '../src/database/queryable.ts';
import { realmSql, type Realms } from './shares.ts';

export interface Filling {
  workspace: number;
  archive: string;
  /** Number of documents; a twentieth of that are processes, a thousandth matters. */
  size: number;
  realms: Realms;
}

/** Loads records fast: no triggers, and each index built once when all records are there. */
export async function fillWorkspace(superuser: Connection, filling: Filling): Promise<void> {
  const schema = `ws_${filling.workspace}`;
  const indexes = await superuser.query<{ name: string; definition: string }>(
    `select format('%I.%I', schemaname, indexname) as name, indexdef as definition from pg_indexes
     where schemaname = $1 and tablename in ('document', 'process', 'matter') and indexname not like '%\\_pkey'`,
    [schema],
  );
  for (const { name } of indexes) await superuser.query(`drop index ${name}`);
  await superuser.query('set session_replication_role = replica');
  await superuser.query(insert(filling, 'matter', Math.ceil(filling.size / 1000), MATTER));
  await superuser.query(insert(filling, 'process', Math.ceil(filling.size / 20), PROCESS));
  await superuser.query(insert(filling, 'document', filling.size, DOCUMENT));
  await superuser.query('set session_replication_role = origin');
  for (const { definition } of indexes) await superuser.query(definition);
}

const MATTER = {
  name: `'Matter ' || i`,
  place: `'Place ' || i % 97`,
  opened_at: `now() - i * interval '1 hour'`,
};

const PROCESS = {
  reference: `'P-' || i`,
  channel: `(array['DESK', 'POST', 'EMAIL'])[1 + i % 3]`,
  due_at: `now() + i % 1000 * interval '1 hour'`,
  matter_id: `(select matters.ids[1 + i % cardinality(matters.ids)] from matters)`,
};

const DOCUMENT = {
  title: `'Document ' || i || ' of the archive'`,
  code: `'C-' || lpad((i::bigint * 7907 % 1000)::text, 4, '0')`,
  status: `(array['NEW', 'OPEN', 'REVIEW', 'DONE'])[1 + i % 4]`,
  mark: `case when i % 10000 = 5000 then 'RARE' when i % 2 = 0 then 'OTHER' end`,
  priority: `(i::bigint * 31 % 100)::int`,
  amount: `i::bigint * 7001 % 10000000`,
  document_date: `date '2015-01-01' + (i::bigint * 11 % 4000)::int`,
  notes: `'Note on document ' || i || '. ' || repeat('Some more words about it. ', 1 + i % 4)`,
  process_id: `(select processes.ids[1 + i % cardinality(processes.ids)] from processes)`,
};

/** Ids of what is referred to are gathered once, so that a reference is an element of an array. */
function insert(
  { workspace, archive, size, realms }: Filling,
  table: string,
  count: number,
  fields: Record<string, string>,
): string {
  const columns = ['realm_id', 'archive_id', 'folder_id', 'client_id', ...Object.keys(fields)];
  return `with matters as materialized (select array_agg(id) as ids from ws_${workspace}.matter),
    processes as materialized (select array_agg(id) as ids from ws_${workspace}.process),
    clients as materialized (select array_agg(client_id order by id) as ids from rowplane.realms where workspace_id = ${workspace})
    insert into ws_${workspace}.${table} (${columns.join(', ')})
    select realm, '${archive}', '${archive}', (select clients.ids[realm] from clients), ${Object.values(fields).join(', ')}
    from (select i, ${realmSql('i', table === 'document' ? size : Math.max(count, 1), realms)} as realm
      from generate_series(1, ${count}) i) numbered`;
}
