-- The catalog's own view of what workspaces and planes are compiled into, as in 0011, but looking only where the names that are asked for lie: a plane is saved
-- in a workspace that may hold a hundred others.

-- Only those whose name is in the list, or all. The definition of an object is computed only if it is asked for.
create or replace function rowplane.catalog_objects(names text[] default null)
returns table (kind text, name text, definition text)
language sql stable set search_path = pg_catalog, pg_temp
as $$
  with ours as (
    select n.oid, n.nspname, n.nspowner, n.nspacl from pg_namespace n
    where n.nspname ~ '^(ws_[0-9]+(_edit|_sight|_trash)?|plane_[0-9]+(_new)?)$'
      -- Names are `schema.object`, or `object on schema.object`.
      and (names is null or n.nspname = any (array(select distinct regexp_replace(regexp_replace(asked, '^.* on ', ''), '[.(].*$', '') from unnest(names) asked)))
  ), found(kind, name, definition) as (
    select 'schema', quote_ident(o.nspname), concat_ws(' | ', pg_get_userbyid(o.nspowner), rowplane.acl_text(o.nspacl))
    from ours o
    union all
    -- Attributes and both sides of every membership: who inherits from a plane's role would read past the viewer. Between two of these roles, the member tells it.
    select 'role', quote_ident(r.rolname), concat_ws(' | ',
      concat_ws(' ', case when r.rolcanlogin then 'login' end, case when r.rolsuper then 'superuser' end, case when r.rolbypassrls then 'bypassrls' end,
        case when r.rolcreaterole then 'createrole' end, case when r.rolcreatedb then 'createdb' end, case when r.rolreplication then 'replication' end, r.rolconfig::text),
      (select string_agg(concat_ws(' ', 'member', m.member::regrole, case when m.inherit_option then 'inherits' end, case when m.set_option then 'sets' end), ', ' order by m.member::regrole::text)
        from pg_auth_members m where m.roleid = r.oid and (m.inherit_option or m.set_option) and m.member::regrole::text !~ ('^(acp|ws)_' || d.tag || '_')),
      (select string_agg(concat_ws(' ', 'in', m.roleid::regrole, case when m.inherit_option then 'inherits' end, case when m.set_option then 'sets' end), ', ' order by m.roleid::regrole::text)
        from pg_auth_members m where m.member = r.oid))
    from pg_roles r cross join rowplane.deployment d
    where r.rolname ~ ('^(acp|ws)_' || d.tag || '_[0-9]+(_(writer|sight|trash|planes))?$') and (names is null or r.rolname = any (names))
    union all
    select 'table', format('%I.%I', o.nspname, c.relname), concat_ws(' | ', pg_get_userbyid(c.relowner), c.relkind,
      case when c.relrowsecurity then 'row security' end, case when c.relforcerowsecurity then 'forced' end,
      (select string_agg(format('%I %s%s%s', a.attname, format_type(a.atttypid, a.atttypmod), case when a.attnotnull then ' not null' else '' end,
          coalesce(' default ' || pg_get_expr(f.adbin, f.adrelid), '')), ', ' order by a.attname)
        from pg_attribute a left join pg_attrdef f on f.adrelid = a.attrelid and f.adnum = a.attnum where a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped),
      (select string_agg(format('%I %s', k.conname, pg_get_constraintdef(k.oid)), ', ' order by k.conname) from pg_constraint k where k.conrelid = c.oid and k.contype <> 'n'))
    from ours o join pg_class c on c.relnamespace = o.oid and c.relkind in ('r', 'p', 'f', 'm')
    union all
    -- What each role may do with a table or some of its columns; the owner's own rights go without saying.
    select 'grant', format('%I on %I.%I', g.grantee, g.nspname, g.relname), string_agg(g.privilege, ' ' order by g.privilege)
    from (
      select o.nspname, c.relname, coalesce(r.rolname, 'public') as grantee, x.privilege_type || case when x.is_grantable then '*' else '' end as privilege
      from ours o join pg_class c on c.relnamespace = o.oid and c.relkind = 'r' cross join lateral aclexplode(c.relacl) x left join pg_roles r on r.oid = x.grantee
      where x.grantee <> c.relowner
      union all
      select o.nspname, c.relname, coalesce(r.rolname, 'public'), format('%s(%I)', x.privilege_type || case when x.is_grantable then '*' else '' end, a.attname)
      from ours o join pg_class c on c.relnamespace = o.oid and c.relkind = 'r' join pg_attribute a on a.attrelid = c.oid and a.attacl is not null and not a.attisdropped
      cross join lateral aclexplode(a.attacl) x left join pg_roles r on r.oid = x.grantee
      where x.grantee <> c.relowner
    ) g
    -- Before they are put together: a table of many planes has many.
    where names is null or g.grantee = any (array(select distinct split_part(asked, ' on ', 1) from unnest(names) asked where asked like '% on %'))
    group by g.grantee, g.nspname, g.relname
    union all
    select 'view', format('%I.%I', o.nspname, c.relname), concat_ws(' | ', pg_get_userbyid(c.relowner), c.reloptions::text, pg_get_viewdef(c.oid), rowplane.acl_text(c.relacl),
      (select string_agg(format('%I %s', a.attname, rowplane.acl_text(a.attacl)), ', ' order by a.attnum) from pg_attribute a where a.attrelid = c.oid and a.attacl is not null),
      (select string_agg(pg_get_ruledef(w.oid), ' ' order by w.rulename) from pg_rewrite w where w.ev_class = c.oid and w.rulename <> '_RETURN'))
    from ours o join pg_class c on c.relnamespace = o.oid and c.relkind = 'v'
    union all
    select 'policy', format('%I on %I.%I', p.polname, o.nspname, c.relname), concat_ws(' | ', case when p.polpermissive then 'permissive' else 'restrictive' end, p.polcmd,
      (select string_agg(coalesce(quote_ident(r.rolname), 'public'), ', ' order by r.rolname) from unnest(p.polroles) m(id) left join pg_roles r on r.oid = m.id),
      'using ' || pg_get_expr(p.polqual, p.polrelid), 'check ' || pg_get_expr(p.polwithcheck, p.polrelid))
    from ours o join pg_class c on c.relnamespace = o.oid join pg_policy p on p.polrelid = c.oid
    union all
    select 'function', format('%I.%I(%s)', o.nspname, f.proname, (select string_agg(format_type(t.id, null), ', ' order by t.place) from unnest(f.proargtypes) with ordinality t(id, place))),
      concat_ws(' | ', pg_get_userbyid(f.proowner), pg_get_functiondef(f.oid), rowplane.acl_text(f.proacl))
    from ours o join pg_proc f on f.pronamespace = o.oid
    union all
    select 'trigger', format('%I on %I.%I', t.tgname, o.nspname, c.relname), concat_ws(' | ', t.tgenabled, pg_get_triggerdef(t.oid))
    from ours o join pg_class c on c.relnamespace = o.oid join pg_trigger t on t.tgrelid = c.oid and not t.tgisinternal
    union all
    select 'rule', format('%I on %I.%I', w.rulename, o.nspname, c.relname), pg_get_ruledef(w.oid)
    from ours o join pg_class c on c.relnamespace = o.oid and c.relkind <> 'v' join pg_rewrite w on w.ev_class = c.oid
    union all
    select 'index', format('%I.%I', o.nspname, c.relname), concat_ws(' | ', case when not i.indisvalid then 'invalid' end, pg_get_indexdef(c.oid))
    from ours o join pg_class c on c.relnamespace = o.oid and c.relkind = 'i' join pg_index i on i.indexrelid = c.oid
    where not exists (select from pg_constraint k where k.conindid = c.oid and k.contype in ('p', 'u', 'x'))
  )
  -- Names come out quoted by the catalog's rule; what asks for them may quote by another.
  select f.kind, replace(f.name, '"', ''), f.definition from found f where names is null or replace(f.name, '"', '') = any (names)
$$;
