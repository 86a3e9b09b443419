import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { readMigrations } from '../database/migration-files.ts';
import type { Queryable } from '../database/queryable.ts';
import type { LogProblem } from './log-verify.ts';

const PACKAGE = new URL('../../', import.meta.url);

/** What keeps the log and isn't as this version makes it: triggers, functions, owners, privileges, memberships. */
export async function findUnguarded(owner: Queryable): Promise<LogProblem[]> {
  const messages = [
    ...(await findTriggers(owner)),
    ...(await findFunctions(owner)),
    ...(await ask(owner, OWNERS)),
    ...(await ask(owner, PRIVILEGES)),
    ...(await ask(owner, MEMBERS)),
    ...(await ask(owner, STRANGERS)),
  ];
  return messages.map((message) => ({ kind: 'UNGUARDED', entry: null, message }));
}

async function ask(owner: Queryable, text: string): Promise<string[]> {
  return (await owner.query<{ message: string }>(text)).map(({ message }) => message);
}

/** The tables that policies/log.sql has logged, each with its two triggers in force. */
async function findTriggers(owner: Queryable): Promise<string[]> {
  const wanted = await loggedTables();
  const found = await owner.query<{ table: string; triggers: string[] }>(
    `select c.relname as "table", array_agg(t.tgname::text) as triggers
     from pg_trigger t join pg_class c on c.oid = t.tgrelid
     where c.relnamespace = 'rowplane'::regnamespace and t.tgfoid = 'rowplane.log_change()'::regprocedure and t.tgenabled in ('O', 'A')
       -- After each row for INSERT, UPDATE and DELETE; after a statement for TRUNCATE; without a condition and of all columns.
       and t.tgqual is null and t.tgattr = '' and t.tgtype = case t.tgname when 'a_log' then 29 when 'a_log_truncate' then 32 end
     group by 1`,
  );
  const guarded = new Map(found.map(({ table, triggers }) => [table, triggers]));
  return wanted
    .filter((table) => guarded.get(table)?.length !== 2)
    .map(
      (table) => `Changes of ${table} are not logged: its triggers are missing, changed or off. Run rowplane migrate.`,
    );
}

/** The tables of policies/log.sql. */
export async function loggedTables(): Promise<string[]> {
  const text = await readFile(fileURLToPath(new URL('policies/log.sql', PACKAGE)), 'utf8');
  return [...text.matchAll(/rowplane\.log_table\('(\w+)'/g)].map(([, table]) => table!);
}

/** Functions whose bodies stand in no migration of this version. A body is kept as it was written. */
async function findFunctions(owner: Queryable): Promise<string[]> {
  const folder = fileURLToPath(new URL('sql/', PACKAGE));
  const files = [...(await readMigrations(folder)), ...(await readMigrations(`${folder}log`))];
  const ours = files.map(({ text }) => text).join('\n');
  const functions = await owner.query<{ name: string; body: string }>(
    `select p.oid::regprocedure::text as name, p.prosrc as body from pg_proc p
     where p.pronamespace = 'rowplane_log'::regnamespace or p.oid in ('rowplane.log_change()'::regprocedure, 'rowplane.door()'::regprocedure)
     order by 1`,
  );
  return functions.filter(({ body }) => !ours.includes(body)).map(({ name }) => `The function ${name} was changed.`);
}

const OWNERS = `
  select format('%s belongs to %s instead of rowplane_log.', found.name, found.owner::regrole) as message from (
    select 'The schema rowplane_log' as name, n.nspowner as owner from pg_namespace n where n.nspname = 'rowplane_log'
    union all select c.oid::regclass::text, c.relowner from pg_class c where c.relnamespace = 'rowplane_log'::regnamespace
    union all select p.oid::regprocedure::text, p.proowner from pg_proc p where p.pronamespace = 'rowplane_log'::regnamespace
  ) found where found.owner <> 'rowplane_log'::regrole order by 1`;

const PRIVILEGES = `
  select format('%s may %s %s.', case x.grantee when 0 then 'Everybody' else x.grantee::regrole::text end, x.privilege_type, c.oid::regclass) as message
  from pg_class c cross join lateral (
    select a.grantee, a.privilege_type from aclexplode(c.relacl) a
    union all select a.grantee, a.privilege_type from pg_attribute t cross join lateral aclexplode(t.attacl) a where t.attrelid = c.oid
  ) x
  where c.relnamespace = 'rowplane_log'::regnamespace and x.grantee <> 'rowplane_log'::regrole
    and (x.privilege_type <> 'SELECT' or x.grantee <> 'rowplane_owner'::regrole) order by 1`;

const MEMBERS = `
  select format('%s may become rowplane_log, and so change the log.', m.member::regrole) as message
  from pg_auth_members m where m.roleid = 'rowplane_log'::regrole and (m.set_option or m.inherit_option) order by 1`;

const STRANGERS = `
  select format('The trigger %I on %s changes what is logged.', t.tgname, t.tgrelid::regclass) as message
  from pg_trigger t join pg_class c on c.oid = t.tgrelid
  where c.relnamespace = 'rowplane_log'::regnamespace and not t.tgisinternal
  union all
  select format('The rule %I on %s changes what is logged.', r.rulename, r.ev_class::regclass)
  from pg_rewrite r join pg_class c on c.oid = r.ev_class where c.relnamespace = 'rowplane_log'::regnamespace and c.relkind = 'r' order by 1`;
