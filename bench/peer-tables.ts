import type { Connection } from '../src/database/queryable.ts';

/** Roles of those who are compared: with a naive policy, and with policies equal to ours. */
export const NAIVE_ROLE = 'bench_naive';
export const PEER_ROLE = 'bench_peer';

/** The schema of their tables: copies of those of the workspace `many`, with equal indexes. */
export const PEER_SCHEMA = 'peer';

const TABLES = ['matter', 'process', 'document'];

/**
 * Copies the records of `many` for those who are compared. One set of tables serves both roles: each has policies of
 * its own, and Postgres applies those of the role that reads.
 */
export async function copyForPeers(superuser: Connection): Promise<void> {
  const [many] = await superuser.query<{ id: number; plane: number }>(
    `select w.id, p.id as plane from rowplane.workspaces w join rowplane.planes p on p.workspace_id = w.id where w.name = 'many'`,
  );
  const { id: workspace, plane } = many!;
  const statements = [
    `create role ${NAIVE_ROLE} nologin`,
    `create role ${PEER_ROLE} nologin`,
    `create schema ${PEER_SCHEMA}`,
    `grant usage on schema ${PEER_SCHEMA} to ${NAIVE_ROLE}, ${PEER_ROLE}`,
    assignments(workspace),
    viewerFlags(workspace),
    ...TABLES.flatMap((table) => copy(workspace, plane, table)),
    ...['process', 'matter'].map(
      (to) =>
        `alter table ${PEER_SCHEMA}.${to === 'process' ? 'document' : 'process'} add foreign key (${to}_id) references ${PEER_SCHEMA}.${to} (id) not valid`,
    ),
  ];
  for (const statement of statements) await superuser.query(statement);
}

/** Who is assigned to which client, as applications have it: one row per user and client. */
function assignments(workspace: number): string {
  return `create table ${PEER_SCHEMA}.assignments (user_id uuid, client_id uuid, primary key (user_id, client_id));
    insert into ${PEER_SCHEMA}.assignments
      select distinct coalesce(a.user_id, m.user_id), a.client_id from rowplane.client_assignments a
      left join rowplane.group_members m on m.group_id = a.group_id;
    create index on ${PEER_SCHEMA}.assignments (client_id);
    grant select on ${PEER_SCHEMA}.assignments to ${NAIVE_ROLE}, ${PEER_ROLE};
    comment on table ${PEER_SCHEMA}.assignments is 'Clients of the workspace ${workspace} and of all others.'`;
}

/**
 * What our policies ask: the compiled row of the viewer, as long as it is true. But nobody proves who asks: the peers'
 * viewer is a setting, which is all that their servers can do.
 */
function viewerFlags(workspace: number): string {
  const define = (name: string, type: string, value: string) =>
    `create function ${PEER_SCHEMA}.${name} returns ${type} language plpgsql stable security definer set search_path = pg_catalog, pg_temp
     as $$ begin return (select ${value} from rowplane.viewer_access a, rowplane.clock c, rowplane.workspaces w
       where a.user_id = nullif(current_setting('bench.user', true), '')::uuid and a.workspace_id = ${workspace} and w.id = ${workspace}
         and a.ticks = c.ticks and a.realms = w.realms and a.expires > now()); end $$`;
  return `${define('viewer_flags()', 'boolean[]', `a.view_flags || '{}'`)};
    ${define('viewer_in_plane(plane int)', 'boolean', 'plane = any (a.planes)')}`;
}

function copy(workspace: number, plane: number, table: string): string[] {
  const name = `${PEER_SCHEMA}.${table}`;
  return [
    `create table ${name} (like ws_${workspace}.${table} including defaults)`,
    `insert into ${name} select * from ws_${workspace}.${table} order by id`,
    `alter table ${name} add primary key (id)`,
    `do $$ declare old text; begin
       for old in select indexdef from pg_indexes where schemaname = 'ws_${workspace}' and tablename = '${table}' and indexname not like '%\\_pkey' loop
         execute replace(regexp_replace(old, 'INDEX \\S+ ON', 'INDEX ON'), 'ws_${workspace}.', '${PEER_SCHEMA}.');
       end loop;
     end $$`,
    `alter table ${name} enable row level security`,
    `grant select on ${name} to ${NAIVE_ROLE}, ${PEER_ROLE}`,
    `create policy naive on ${name} for select to ${NAIVE_ROLE} using (deleted_at is null and exists (
       select from ${PEER_SCHEMA}.assignments a
       where a.client_id = ${table}.client_id and a.user_id = current_setting('bench.user')::uuid))`,
    `create policy plane on ${name} for select to ${PEER_ROLE}
       using ((select ${PEER_SCHEMA}.viewer_in_plane(${plane})) and deleted_at is null)`,
    `create policy realm on ${name} as restrictive for select to ${PEER_ROLE}
       using ((select ${PEER_SCHEMA}.viewer_flags())[realm_id])`,
  ];
}
