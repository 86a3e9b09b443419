-- What operations answer those who ask for what isn't there for them.

-- Never null: who has no role, being blocked, knows nothing (U7, V2).
create or replace function rowplane.knows_workspace(workspace int) returns boolean
language sql stable security definer set search_path = pg_catalog, pg_temp
as $$
  select exists (select from rowplane.viewer_archives() v where v.workspace_id = workspace)
    or (coalesce(rowplane.viewer_role() = 'ADMINISTRATOR', false) and exists (select from rowplane.workspaces w where w.id = workspace))
$$;

-- P11: refuses every statement on the records of a locked workspace, to those for whom the workspace is there; to others it says nothing (V2). Asking for visible realms isn't enough: who sees an archive, but no record in it, hears of the lock too.
create or replace function rowplane.guard_unlocked() returns trigger
language plpgsql volatile security definer set search_path = pg_catalog, pg_temp
as $$
begin
  perform rowplane.hold_permissions();
  if exists (select from rowplane.workspace_locks l where l.workspace_id = tg_argv[0]::int) and rowplane.knows_workspace(tg_argv[0]::int) then
    perform rowplane.check_unlocked(tg_argv[0]::int);
  end if;
  return null;
end $$;
