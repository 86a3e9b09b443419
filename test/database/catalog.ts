import type { Queryable } from '../../src/database/queryable.ts';

/** Everything of ours in a database: schemas that are neither the system's nor `public`. */
const OURS = `n.nspname !~ '^(pg_|information_schema$|public$)'`;

/** Who else than the owner may do what, as `role: privileges, …`, from an ACL or else the kind's default one. */
const grants = (acl: string, kind: string, owner: string) => `
  (select string_agg(privileges, '; ' order by privileges) from (
     select case grantee when 0 then 'PUBLIC' else grantee::regrole::text end || ': '
            || string_agg(lower(privilege_type) || case when is_grantable then '*' else '' end, ', '
                          order by privilege_type) as privileges
       from aclexplode(coalesce(${acl}, acldefault('${kind}', ${owner}))) where grantee <> ${owner} group by grantee
   ) each)`;

/** Each section's lines: `name` is what the line is sorted by, `line` what is printed. */
const SECTIONS: Record<string, string> = {
  'roles: attributes': `
    select rolname as name, concat_ws(' ', rolname || ':', case when rolcanlogin then 'login' else 'nologin' end,
           case when rolinherit then 'inherit' else 'noinherit' end, case when rolcreaterole then 'createrole' end,
           case when rolsuper then 'SUPERUSER' end, case when rolbypassrls then 'BYPASSRLS' end) as line
      from pg_roles where rolname like 'rowplane\\_%'`,

  'memberships: what a role may become': `
    select member::regrole::text as name, member::regrole || ' → ' || roleid::regrole
           || case when inherit_option then ' INHERIT' else '' end || case when set_option then ' set' else '' end
           || case when admin_option then ' ADMIN' else '' end as line
      from pg_auth_members
     where member::regrole::text like 'rowplane\\_%'
       -- Those are of workspaces, and the template has none: other databases of the server do.
       and roleid::regrole::text !~ '^(acp|ws)_[0-9a-f]{6}_'`,

  'database: grants': `
    select 'database' as name, ${grants('datacl', 'd', 'datdba')} as line
      from pg_database where datname = current_database()`,

  'default privileges': `
    select defaclrole::regrole::text || defaclobjtype::text as name,
           defaclrole::regrole || case when defaclnamespace = 0 then '' else ' in ' || defaclnamespace::regnamespace end
           || ' ' || case defaclobjtype when 'f' then 'functions' when 'T' then 'types' else defaclobjtype::text end
           || ': ' || coalesce(${grants('defaclacl', 'f', 'defaclrole')}, 'nobody') as line
      from pg_default_acl`,

  'schemas: owner, grants': `
    select n.nspname as name, n.nspname || ' (' || n.nspowner::regrole || ') '
           || coalesce(${grants('n.nspacl', 'n', 'n.nspowner')}, '') as line
      from pg_namespace n where ${OURS}`,

  'relations: kind, owner, row security, grants': `
    select n.nspname || '.' || c.relname as name, concat_ws('; ', n.nspname || '.' || c.relname
           || ' (' || case c.relkind when 'r' then 'table' when 'v' then 'view' when 'S' then 'sequence' else c.relkind::text end
           || ', ' || c.relowner::regrole || coalesce(', ' || array_to_string(c.reloptions, ', '), '')
           || case when c.relrowsecurity then ', row security' else '' end
           || case when c.relforcerowsecurity then ' forced' else '' end || ')',
           ${grants('c.relacl', 'r', 'c.relowner')},
           (select string_agg('column ' || a.attname || ' → ' || ${grants('a.attacl', 'c', 'c.relowner')}, '; '
                              order by a.attname)
              from pg_attribute a where a.attrelid = c.oid and a.attacl is not null)) as line
      from pg_class c join pg_namespace n on n.oid = c.relnamespace
     where ${OURS} and c.relkind in ('r', 'v', 'm', 'S', 'p', 'f')`,

  policies: `
    select schemaname || '.' || tablename || ' ' || policyname as name,
           schemaname || '.' || tablename || ': ' || policyname || ' (' || lower(permissive) || ', ' || lower(cmd) || ', '
           || array_to_string(roles, ', ') || ')' || coalesce(E'\\n    using ' || qual, '')
           || coalesce(E'\\n    check ' || with_check, '') as line
      from pg_policies`,

  triggers: `
    select n.nspname || '.' || c.relname || ' ' || t.tgname as name,
           regexp_replace(pg_get_triggerdef(t.oid, true), '^CREATE ', '')
           || case t.tgenabled when 'O' then '' else ' — enabled: ' || t.tgenabled::text end as line
      from pg_trigger t join pg_class c on c.oid = t.tgrelid join pg_namespace n on n.oid = c.relnamespace
     where ${OURS} and not t.tgisinternal`,

  'functions: owner, rights, grants': `
    select n.nspname || '.' || p.proname || pg_get_function_identity_arguments(p.oid) as name, concat_ws(' ',
           n.nspname || '.' || p.proname || '(' || pg_get_function_identity_arguments(p.oid) || ')', '(' || p.proowner::regrole
           || case when p.prosecdef then ', DEFINER' else '' end || coalesce(', ' || array_to_string(p.proconfig, ', '), '') || ')',
           ${grants('p.proacl', 'f', 'p.proowner')}) as line
      from pg_proc p join pg_namespace n on n.oid = p.pronamespace where ${OURS}`,
};

/** What security depends on in a database, as text in a fixed order: owners, grants, policies, triggers, functions. */
export async function describeCatalog(owner: Queryable): Promise<string> {
  const sections: string[] = [];
  for (const [title, sql] of Object.entries(SECTIONS)) {
    const lines = await owner.query<{ line: string | null }>(
      `select line from (${sql}) found order by name collate "C", line`,
    );
    sections.push([`# ${title}`, ...lines.map(({ line }) => line ?? '')].join('\n'));
  }
  const [deployment] = await owner.query<{ tag: string }>('select tag from rowplane.deployment');
  return `${sections.join('\n\n').replaceAll(`_${deployment?.tag}_`, '_<tag>_')}\n`;
}
