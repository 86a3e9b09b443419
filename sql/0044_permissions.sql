-- P2, P5, P7, P9: reading and changing entries, by whoever holds EDIT_PERMISSIONS.

-- U3: the groups that the viewer may see; what takes a group takes these. Built-in groups are everybody's but make nobody visible, so only those who see all groups pick them.
create function rowplane.viewer_visible_groups() returns setof uuid
language plpgsql stable parallel restricted security definer set search_path = pg_catalog, pg_temp
as $$
declare
  person uuid := rowplane.viewer();
begin
  case rowplane.role_of(person)
    when 'ADMINISTRATOR', 'INTERNAL' then
      return query select g.id from rowplane.groups g;
    when 'EXTERNAL' then
      return query select m.group_id from rowplane.group_members m where m.user_id = person;
    else
      null;
  end case;
end $$;
grant execute on function rowplane.viewer_visible_groups() to rowplane_viewer;

create view rowplane.visible_groups with (security_barrier) as
  select g.id, g.name, g.colour, g.builtin
  from rowplane.viewer_visible_groups() v(id) join rowplane.groups g on g.id = v.id;
comment on view rowplane.visible_groups is 'U3: the groups that the viewer may see';
grant select on rowplane.visible_groups to rowplane_viewer;

-- Where an object is that the viewer sees, and the scope that rules it; no row for anything else (V2). A record must pass every layer; the workspace says where to look first.
create function rowplane.seen_object(object uuid, workspace int default null)
returns table (workspace_id int, archive_id uuid, container_id uuid, record_table text, scope_id uuid)
language plpgsql stable security definer set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_column
declare
  place record;
  realm int;
  seen boolean;
begin
  select l.* into place from rowplane.locate(object, (select a.id from rowplane.archives a where a.workspace_id = workspace limit 1)) l;
  if not found then
    return;
  end if;
  if place.record_table is null then
    return query select f.workspace_id, f.archive_id, f.parent_id, null::text, t.scope_id from rowplane.viewer_folder(object) f join rowplane.folders t on t.id = f.id;
    return;
  end if;
  -- Not as the owner, who is free of the policies that viewers are under.
  execute format('select ws_%s_sight.sees($1, $2)', place.workspace_id) into seen using place.record_table, object;
  if not seen then
    return;
  end if;
  execute format('select t.realm_id from ws_%s.%I t where t.id = $1', place.workspace_id, place.record_table) into realm using object;
  return query select place.workspace_id, place.archive_id, place.container_id, place.record_table, r.scope_id from rowplane.realms r where r.workspace_id = place.workspace_id and r.id = realm;
end $$;

-- Whether the viewer may edit the permissions of what a scope rules (P8: nothing without VIEW).
create function rowplane.may_edit_permissions(scope uuid) returns boolean
language sql stable security definer set search_path = pg_catalog, pg_temp
as $$ select coalesce((select v.may_edit_permissions from rowplane.viewer_scopes(array[scope]) v), false) $$;

-- P8: refuses who may not edit the permissions of an object; in the words of a missing one, who doesn't see it. Answers the object's workspace.
create function rowplane.check_editing_permissions(object uuid, workspace int) returns int
language plpgsql volatile security definer set search_path = pg_catalog, pg_temp
as $$
declare
  place record;
begin
  select s.workspace_id, s.scope_id into place from rowplane.seen_object(object, workspace) s;
  if not found then
    perform rowplane.refuse('NOT_FOUND', 'There is no such folder or record.', jsonb_build_object('path', 'object'));
  end if;
  if not rowplane.may_edit_permissions(place.scope_id) then
    perform rowplane.refuse('FORBIDDEN', 'This needs the permission EDIT_PERMISSIONS on the folder or record.', jsonb_build_object('permission', 'EDIT_PERMISSIONS', 'path', 'object'));
  end if;
  return place.workspace_id;
end $$;

-- P7: refuses, unless confirmed, a change after which the viewer can't edit an object's permissions any more.
create function rowplane.check_own_loss(object uuid, workspace int, confirm boolean) returns void
language plpgsql volatile security definer set search_path = pg_catalog, pg_temp
as $$
begin
  if not coalesce(confirm, false) and not exists (
    select from rowplane.locate(object, (select a.id from rowplane.archives a where a.workspace_id = workspace limit 1)) l
    left join rowplane.scopes s on s.object_id = object
    left join rowplane.folders f on f.id = coalesce(l.container_id, object)
    where rowplane.may_edit_permissions(coalesce(s.object_id, f.scope_id))
  ) then
    perform rowplane.refuse_own_loss();
  end if;
end $$;

-- P2: whom a DENY of a principal reaches, in words that name only those whom the viewer may see (U3).
create function rowplane.deny_warning(person uuid, party uuid, permission text) returns jsonb
language plpgsql stable security definer set search_path = pg_catalog, pg_temp
as $$
declare
  title text;
  kind text;
  names text[];
  shown int;
  total int;
  reach text;
begin
  if person is not null then
    select coalesce(nullif(u.display_name, ''), u.name) into title from rowplane.users u where u.id = person;
    reach := title;
  else
    select g.name, g.builtin into title, kind from rowplane.groups g where g.id = party;
    if kind = 'EVERYONE' then
      reach := 'every viewer, guests and anonymous included';
    elsif kind = 'ANONYMOUS' then
      reach := 'viewers without an account';
    else
      select count(*), count(v.id), (array_agg(coalesce(nullif(u.display_name, ''), u.name) order by u.name) filter (where v.id is not null))[1:5] into total, shown, names
      from rowplane.people_reached(array[party]) p(id) join rowplane.users u on u.id = p.id left join rowplane.viewer_users() v(id) on v.id = p.id;
      reach := case when total = 0 then 'nobody yet, and whoever joins the group'
        when shown = 0 then 'the members of the group'
        else array_to_string(names, ', ') || case when shown > 5 then format(' and %s more', shown - 5) else '' end || case when total > shown then ', and others' else '' end end;
    end if;
  end if;
  return jsonb_build_object('code', 'DENY_REACHES', 'permission', permission, 'message', format('The DENY of %s for %s overrules every ALLOW. It reaches %s.', permission, title, reach));
end $$;

-- P2, P8: sets what an object says of principals: [{"principal": uuid, "permission": "VIEW", "decision": "ALLOW" | "DENY" | null}, …], all or nothing; null is "not specified". The nil uuid stands for anonymous.
-- "path" may say what refusals call an entry. Answers warnings. Needs EDIT_PERMISSIONS; taking one's own away needs a confirmation (P7).
create function rowplane.set_entries(object uuid, entries jsonb, confirm boolean default false, workspace int default null) returns jsonb
language plpgsql volatile security definer set search_path = pg_catalog, pg_temp
as $$
declare
  home int;
  entry record;
  person uuid;
  party uuid;
  known rowplane.object_entries;
  warnings jsonb := '[]';
begin
  -- Twice: before anybody has to wait, and when nothing changes any more (V5).
  perform rowplane.check_editing_permissions(object, workspace);
  perform rowplane.take_permissions();
  home := rowplane.check_editing_permissions(object, workspace);
  if jsonb_typeof(entries) <> 'array' then
    perform rowplane.refuse('VALIDATION_FAILED', 'The entries must be a list.');
  end if;
  for entry in select e.value ->> 'principal' as principal, e.value ->> 'permission' as permission, e.value ->> 'decision' as decision, coalesce(e.value ->> 'path', format('entries[%s].', e.place - 1)) as path from jsonb_array_elements(entries) with ordinality e(value, place) loop
    if entry.permission is null or entry.permission not in ('VIEW', 'EDIT', 'CREATE', 'DELETE', 'EDIT_PERMISSIONS') then
      perform rowplane.refuse('VALIDATION_FAILED', 'There is no such permission.', jsonb_build_object('problems', jsonb_build_array(jsonb_build_object('path', entry.path || 'permission', 'message', 'must be VIEW, EDIT, CREATE, DELETE or EDIT_PERMISSIONS'))));
    end if;
    if entry.decision not in ('ALLOW', 'DENY') then
      perform rowplane.refuse('VALIDATION_FAILED', 'There is no such decision.', jsonb_build_object('problems', jsonb_build_array(jsonb_build_object('path', entry.path || 'decision', 'message', 'must be ALLOW, DENY or null'))));
    end if;
    person := null;
    party := null;
    if entry.principal = '00000000-0000-0000-0000-000000000000' then
      select g.id into party from rowplane.viewer_visible_groups() v(id) join rowplane.groups g on g.id = v.id where g.builtin = 'ANONYMOUS';
    else
      select v.id into person from rowplane.viewer_users() v(id) where v.id::text = entry.principal;
      select v.id into party from rowplane.viewer_visible_groups() v(id) where v.id::text = entry.principal;
    end if;
    if person is null and party is null then
      perform rowplane.refuse('NOT_FOUND', 'There is no such user or group.', jsonb_build_object('path', entry.path || 'principal'));
    end if;
    select e.* into known from rowplane.object_entries e
    where e.object_id = set_entries.object and e.user_id is not distinct from person and e.group_id is not distinct from party and e.permission = entry.permission;
    if entry.decision is null then
      delete from rowplane.object_entries e where e.id = known.id;
    elsif known.id is null then
      insert into rowplane.object_entries (archive_id, object_id, user_id, group_id, permission, decision)
        select l.archive_id, object, person, party, entry.permission, entry.decision from rowplane.locate(object, (select a.id from rowplane.archives a where a.workspace_id = home limit 1)) l;
    elsif known.decision <> entry.decision then
      update rowplane.object_entries e set decision = entry.decision where e.id = known.id;
    end if;
    if entry.decision = 'DENY' and known.decision is distinct from 'DENY' then
      warnings := warnings || rowplane.deny_warning(person, party, entry.permission);
    end if;
  end loop;
  perform rowplane.check_own_loss(object, home, confirm);
  return warnings;
end $$;
grant execute on function rowplane.set_entries(uuid, jsonb, boolean, int) to rowplane_viewer, rowplane_admin;

-- The same for one entry.
create function rowplane.set_entry(object uuid, principal uuid, permission text, decision text, confirm boolean default false) returns jsonb
language sql volatile set search_path = pg_catalog, pg_temp
as $$ select rowplane.set_entries(object, jsonb_build_array(jsonb_build_object('principal', principal, 'permission', permission, 'decision', decision)), confirm) $$;
grant execute on function rowplane.set_entry(uuid, uuid, text, text, boolean) to rowplane_viewer, rowplane_admin;

-- P5: breaks the inheritance of an object, or restores it. Answers whether there was anything to do.
create function rowplane.set_inheritance(object uuid, inherit boolean, confirm boolean default false, workspace int default null) returns boolean
language plpgsql volatile security definer set search_path = pg_catalog, pg_temp
as $$
declare
  home int;
begin
  if inherit is null then
    perform rowplane.refuse('VALIDATION_FAILED', 'Say whether the object inherits.', jsonb_build_object('problems', jsonb_build_array(jsonb_build_object('path', 'inherit', 'message', 'must be true or false'))));
  end if;
  perform rowplane.check_editing_permissions(object, workspace);
  perform rowplane.take_permissions();
  home := rowplane.check_editing_permissions(object, workspace);
  if inherit = not exists (select from rowplane.inheritance_breaks b where b.object_id = set_inheritance.object) then
    -- Breaking what can't be broken is said, too.
    if inherit or not exists (select from rowplane.archives a where a.id = set_inheritance.object) then
      return false;
    end if;
  end if;
  if inherit then
    delete from rowplane.inheritance_breaks b where b.object_id = set_inheritance.object;
  else
    insert into rowplane.inheritance_breaks (object_id, archive_id) select object, l.archive_id from rowplane.locate(object, (select a.id from rowplane.archives a where a.workspace_id = home limit 1)) l;
  end if;
  perform rowplane.check_own_loss(object, home, confirm);
  return true;
end $$;
grant execute on function rowplane.set_inheritance(uuid, boolean, boolean, int) to rowplane_viewer, rowplane_admin;

-- The entries that reach an object: its own at depth 0, then from the nearest scope upwards, up to a break (P3).
create function rowplane.reaching_entries(object uuid, workspace int)
returns table (entry_id uuid, depth int)
language sql stable security definer set search_path = pg_catalog, pg_temp
as $$
  select e.id, 0 from rowplane.object_entries e where e.object_id = object
  union all
  select a.entry_id, a.depth
  from rowplane.locate(object, (select a.id from rowplane.archives a where a.workspace_id = workspace limit 1)) l cross join lateral rowplane.entries_above(l.container_id) a
  where not exists (select from rowplane.inheritance_breaks b where b.object_id = object)
$$;

-- Whether the viewer may read the entries of an object: who may edit them, and of objects that they see, administrators.
create function rowplane.may_read_permissions(scope uuid) returns boolean
language sql stable security definer set search_path = pg_catalog, pg_temp
as $$ select rowplane.may_edit_permissions(scope) or rowplane.viewer_role() = 'ADMINISTRATOR' $$;

-- P9: the entries of an object with where they are inherited from. Principals whom the viewer may not see have no id and no name (U3), nor have folders (V2).
create function rowplane.entries_of(object uuid, workspace int default null)
returns table (entry_id uuid, depth int, from_object uuid, from_name text, user_id uuid, group_id uuid, kind text, name text, permission text, decision text, copied boolean)
language plpgsql stable security definer set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_column
declare
  place record;
begin
  select s.workspace_id, s.scope_id, s.record_table into place from rowplane.seen_object(object, workspace) s;
  if not found then
    perform rowplane.refuse('NOT_FOUND', 'There is no such folder or record.', jsonb_build_object('path', 'object'));
  end if;
  if not rowplane.may_read_permissions(place.scope_id) then
    perform rowplane.refuse('FORBIDDEN', 'This needs the permission EDIT_PERMISSIONS on the folder or record.', jsonb_build_object('permission', 'EDIT_PERMISSIONS', 'path', 'object'));
  end if;
  return query select d.* from rowplane.described_entries(array(select r.entry_id from rowplane.reaching_entries(object, place.workspace_id) r), array(select r.depth from rowplane.reaching_entries(object, place.workspace_id) r), object) d;
end $$;

-- Entries in words for the viewer; the nearest first.
create function rowplane.described_entries(entries uuid[], depths int[], object uuid)
returns table (entry_id uuid, depth int, from_object uuid, from_name text, user_id uuid, group_id uuid, kind text, name text, permission text, decision text, copied boolean)
language sql stable security definer set search_path = pg_catalog, pg_temp
as $$
  with told as materialized (select t.id, t.depth from unnest(entries, depths) t(id, depth)),
  seen as materialized (select v.scope_id from rowplane.viewer_scopes(array(select distinct e.object_id from told t join rowplane.object_entries e on e.id = t.id)) v)
  select e.id, t.depth, case when t.depth = 0 or s.scope_id is not null then e.object_id end, case when s.scope_id is not null then f.name end,
    u.id, g.id, case when e.user_id is not null then 'USER' else 'GROUP' end, coalesce(nullif(u.display_name, ''), u.name, g.name), e.permission, e.decision, e.copied
  from told t join rowplane.object_entries e on e.id = t.id
  left join rowplane.folders f on f.id = e.object_id
  left join seen s on s.scope_id = e.object_id
  left join rowplane.users u on u.id = e.user_id and u.id in (select v.id from rowplane.viewer_users() v(id))
  left join rowplane.groups g on g.id = e.group_id and (g.builtin is not null or g.id in (select v.id from rowplane.viewer_visible_groups() v(id)))
  order by t.depth, 7 desc, 8, e.permission, e.id
$$;
grant execute on function rowplane.entries_of(uuid, int) to rowplane_viewer, rowplane_admin;

-- P9: whether objects that the viewer sees have entries of their own, and whether they inherit. No row for others.
create function rowplane.object_permissions(object uuid, workspace int default null)
returns table (object_id uuid, has_own_entries boolean, inherits boolean, may_edit_permissions boolean)
language sql stable security definer set search_path = pg_catalog, pg_temp
as $$
  select object, exists (select from rowplane.object_entries e where e.object_id = object and not e.copied),
    s.container_id is not null and not exists (select from rowplane.inheritance_breaks b where b.object_id = object), rowplane.may_edit_permissions(s.scope_id)
  from rowplane.seen_object(object, workspace) s
$$;
grant execute on function rowplane.object_permissions(uuid, int) to rowplane_viewer, rowplane_admin;

-- U9: the groups whose grants reach whoever is in a group: itself, those above it, and for the built-in groups of roles those that the roles have besides.
create function rowplane.groups_above(party uuid) returns uuid[]
language sql stable security definer set search_path = pg_catalog, pg_temp
as $$
  with recursive up(id) as (
    select party
    union
    select n.parent_id from up join rowplane.group_nesting n on n.child_id = up.id
  )
  select array_agg(id) from (
    select id from up
    union
    select g.id from rowplane.groups p join rowplane.groups g on g.builtin = any (case p.builtin
      when 'ADMINISTRATORS' then array['INTERNALS', 'EVERYONE'] when 'INTERNALS' then array['EVERYONE'] when 'EXTERNALS' then array['EVERYONE'] else '{}' end)
    where p.id = party
  ) reached
$$;

-- P4, P9: what is decided for a principal on an object, with every entry that contributed. `decision` is of the entries alone; `allowed` also says whether what the permission presupposes is there (P8, U4).
-- Everyone may ask about themselves, holders of EDIT_PERMISSIONS about anybody whom they may see, administrators about anybody on what they see.
create function rowplane.effective_permission(object uuid, principal uuid, permission text, workspace int default null) returns jsonb
language plpgsql stable security definer set search_path = pg_catalog, pg_temp
as $$
declare
  place record;
  person uuid;
  party uuid;
  groups uuid[];
  reach record;
  bits int;
  above int := 3;
  needed int := case permission when 'VIEW' then 1 when 'EDIT' then 3 when 'CREATE' then 7 when 'DELETE' then 11 when 'EDIT_PERMISSIONS' then 17 end;
begin
  select s.workspace_id, s.scope_id, s.container_id, s.record_table into place from rowplane.seen_object(object, workspace) s;
  if not found then
    perform rowplane.refuse('NOT_FOUND', 'There is no such folder or record.', jsonb_build_object('path', 'object'));
  end if;
  if needed is null then
    perform rowplane.refuse('VALIDATION_FAILED', 'There is no such permission.', jsonb_build_object('problems', jsonb_build_array(jsonb_build_object('path', 'permission', 'message', 'must be VIEW, EDIT, CREATE, DELETE or EDIT_PERMISSIONS'))));
  end if;
  if principal is distinct from rowplane.viewer() and not rowplane.may_read_permissions(place.scope_id) then
    perform rowplane.refuse('FORBIDDEN', 'About others than yourself this needs the permission EDIT_PERMISSIONS on the folder or record.', jsonb_build_object('permission', 'EDIT_PERMISSIONS', 'path', 'principal'));
  end if;
  if principal = '00000000-0000-0000-0000-000000000000' then
    person := principal;
  else
    select v.id into person from rowplane.viewer_users() v(id) where v.id = principal;
    select v.id into party from rowplane.viewer_visible_groups() v(id) where v.id = principal;
  end if;
  if person is null and party is null then
    perform rowplane.refuse('NOT_FOUND', 'There is no such user or group.', jsonb_build_object('path', 'principal'));
  end if;
  groups := case when person is not null then rowplane.groups_of(person) else rowplane.groups_above(party) end;
  select array_agg(e.id order by r.depth, e.id) filter (where e.permission = effective_permission.permission) as ids, array_agg(r.depth order by r.depth, e.id) filter (where e.permission = effective_permission.permission) as depths,
    coalesce(bit_or(b.bit) filter (where e.decision = 'ALLOW'), 0) & ~coalesce(bit_or(b.bit) filter (where e.decision = 'DENY'), 0) as bits,
    bool_or(e.decision = 'DENY') filter (where e.permission = effective_permission.permission) as denied, bool_or(e.decision = 'ALLOW') filter (where e.permission = effective_permission.permission) as allowed
  into reach
  from rowplane.reaching_entries(object, place.workspace_id) r join rowplane.object_entries e on e.id = r.entry_id
  cross join lateral (select case e.permission when 'VIEW' then 1 when 'EDIT' then 2 when 'CREATE' then 4 when 'DELETE' then 8 else 16 end) b(bit)
  -- U7: nothing reaches who may not look.
  where (person is null or rowplane.role_of(person) is not null)
    and (e.user_id = person or e.group_id = any (groups) or (e.decision = 'DENY' and e.group_id = '00000000-0000-0000-0000-0000000000e1'));
  bits := coalesce(reach.bits, 0);
  if permission = 'DELETE' and place.record_table is not null and person is not null then
    select case when d.may_edit then 3 else 0 end into above
    from rowplane.folders f cross join lateral rowplane.scope_decisions(person, place.workspace_id, array[f.scope_id]) d where f.id = place.container_id;
  end if;
  return jsonb_build_object(
    'decision', case when reach.denied then 'DENY' when reach.allowed then 'ALLOW' else 'UNSPECIFIED' end,
    'allowed', bits & needed = needed and coalesce(above, 0) = 3 and not (permission = 'CREATE' and (case when person is not null then rowplane.role_of(person) = 'GUEST' else party = '00000000-0000-0000-0000-0000000000e5' end)),
    'entries', coalesce((select jsonb_agg(to_jsonb(d)) from rowplane.described_entries(reach.ids, reach.depths, object) d), '[]'));
end $$;
grant execute on function rowplane.effective_permission(uuid, uuid, text, int) to rowplane_viewer, rowplane_admin;
