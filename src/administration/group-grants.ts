import type { Administration } from '../access/administrators.ts';
import type { Decision, Permission } from './permissions.ts';

/** C4: a client that a group works for in an archive. */
export interface GroupClient {
  clientId: string;
  client: string;
  archiveId: string;
  archive: string;
}

/** P2: how many entries a group has in an archive, by what they say. Where exactly is not an administrator's to see (U2). */
export interface GroupEntries {
  archiveId: string;
  archive: string;
  permission: Permission;
  decision: Decision;
  count: number;
}

/** P10. */
export interface GroupFunction {
  workspaceId: number;
  workspace: string;
  function: string;
  decision: Decision;
}

/** The clients that a group is assigned to itself, by archive and name. */
export function listGroupClients(a: Administration, group: string): Promise<GroupClient[]> {
  return a.query<GroupClient>(
    `select c.id as "clientId", c.name as client, s.id as "archiveId", s.name as archive
     from rowplane.client_assignments t
     join rowplane.clients c on c.id = t.client_id join rowplane.archives s on s.id = t.archive_id
     where t.group_id = $1 order by s.name, c.name, c.id`,
    [group],
  );
}

export function listGroupEntries(a: Administration, group: string): Promise<GroupEntries[]> {
  return a.query<GroupEntries>(
    `select s.id as "archiveId", s.name as archive, e.permission, e.decision, count(*)::int as count
     from rowplane.object_entries e join rowplane.archives s on s.id = e.archive_id
     where e.group_id = $1 group by s.id, e.permission, e.decision order by s.name, s.id, e.permission, e.decision`,
    [group],
  );
}

export function listGroupFunctions(a: Administration, group: string): Promise<GroupFunction[]> {
  return a.query<GroupFunction>(
    `select w.id as "workspaceId", w.name as workspace, e.function, e.decision
     from rowplane.function_entries e join rowplane.workspaces w on w.id = e.workspace_id
     where e.group_id = $1 order by w.name, w.id, e.function`,
    [group],
  );
}
