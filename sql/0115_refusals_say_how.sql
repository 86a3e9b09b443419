-- Refusals that somebody can do something about say what.

-- P7: said whenever an operation would take the acting user's own right to edit permissions.
create or replace function rowplane.refuse_own_loss() returns void
language plpgsql volatile set search_path = pg_catalog, pg_temp
as $$
begin
  perform rowplane.refuse('LOCKED_OUT', 'Afterwards you could not edit the permissions here yourself any more. To do it all the same, set "confirm" (on the command line: --confirm).', jsonb_build_object('confirm', 'OWN_EDIT_PERMISSIONS'));
end $$;

-- P11: refuses who doesn't hold the lock of a workspace, with whom to ask. Whoever sees nothing in it hears no more than that (V2).
create or replace function rowplane.check_unlocked(workspace int) returns void
language plpgsql volatile security definer set search_path = pg_catalog, pg_temp
as $$
declare
  held record;
  title text;
begin
  if not exists (select from rowplane.workspace_locks l where l.workspace_id = workspace and l.holder_id is distinct from rowplane.viewer()) then
    return;
  end if;
  select v.holder_id, v.reason, v.since into held from rowplane.viewer_locks() v where v.workspace_id = workspace;
  if held is null and rowplane.viewer_role() = 'ADMINISTRATOR' then
    select l.holder_id, l.reason, l.since into held from rowplane.workspace_locks l where l.workspace_id = workspace;
  end if;
  select coalesce(nullif(u.display_name, ''), u.name) into title from rowplane.users u where u.id = held.holder_id;
  perform rowplane.refuse('LOCKED',
    format('%s locked%s. Everything can still be read, and access taken away. To write, ask %s to unlock it; an administrator may break the lock.',
      case when title is null then 'This workspace is' else title || ' has this workspace' end, ': ' || held.reason, coalesce(title, 'its holder')),
    jsonb_build_object('workspace', workspace, 'holder', case when title is not null then jsonb_build_object('id', held.holder_id, 'name', title) end, 'reason', held.reason, 'since', held.since));
end $$;
