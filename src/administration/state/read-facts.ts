import type { Queryable } from '../../database/queryable.ts';
import type { PlaneContent } from '../../compiler/levels.ts';
import type { Fact, FactKind, FactValue } from './fact.ts';

interface Row {
  key: string[];
  value?: FactValue;
}

/** Where an object of the tree is called: `/` for the root, `/Leases/2024` for a folder, `document:0197…` for a record. */
const OBJECTS = `
  with recursive paths(id, path) as (
    select f.id, '/' from rowplane.folders f where f.parent_id is null
    union all
    select f.id, case p.path when '/' then '/' else p.path || '/' end || f.name
    from paths p join rowplane.folders f on f.parent_id = p.id where f.deleted_at is null
  ), objects(id, name) as (
    select p.id, p.path from paths p
    union all
    select s.object_id, d.name || ':' || s.object_id from rowplane.scopes s
    join rowplane.definitions d on d.content ->> 'table' = s.record_table
  )`;

const PRINCIPAL = `case when e.user_id is null then 'group' else 'user' end, coalesce(u.name, g.name)`;
const PRINCIPALS = 'left join rowplane.users u on u.id = e.user_id left join rowplane.groups g on g.id = e.group_id';
const ARCHIVE = 'join rowplane.archives a on a.id = e.archive_id join rowplane.workspaces w on w.id = a.workspace_id';

/** A statement for each kind: `key` names the fact, `value` is what it says. Sorted by name, so that files stay as they are. */
const STATEMENTS: Readonly<Record<FactKind, string>> = {
  company: 'select array[c.name] as key from rowplane.companies c',
  user: `select array[u.name] as key, jsonb_build_object('role', u.role, 'displayName', u.display_name, 'email', u.email,
      'workflowAccess', u.workflow_access, 'service', u.service, 'blocked', case
        when not u.active or u.blocked_until = 'infinity' then 'true'::jsonb
        when u.blocked_until > now() then to_jsonb(to_char(u.blocked_until at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"'))
      end) as value from rowplane.users u`,
  group: `select array[g.name] as key, jsonb_build_object('colour', g.colour) as value
    from rowplane.groups g where g.builtin is null`,
  member: `select array[g.name, u.name] as key from rowplane.group_members m
    join rowplane.groups g on g.id = m.group_id join rowplane.users u on u.id = m.user_id`,
  subgroup: `select array[p.name, c.name] as key from rowplane.group_nesting n
    join rowplane.groups p on p.id = n.parent_id join rowplane.groups c on c.id = n.child_id`,
  profile: `select array[p.name] as key, jsonb_build_object('application', p.application, 'rights',
      coalesce((select jsonb_object_agg(r.right_name, r.level) from rowplane.profile_rights r where r.profile_id = p.id), '{}')) as value
    from rowplane.profiles p`,
  rightsRole: 'select array[b.name] as key from rowplane.rights_roles b',
  bundledProfile: `select array[b.name, p.name] as key from rowplane.rights_role_profiles m
    join rowplane.rights_roles b on b.id = m.rights_role_id join rowplane.profiles p on p.id = m.profile_id`,
  right: `select array[c.name, u.name, case when p.id is null then 'rights role' else 'profile' end, coalesce(p.name, b.name)] as key
    from rowplane.rights_assignments t
    join rowplane.companies c on c.id = t.company_id join rowplane.users u on u.id = t.user_id
    left join rowplane.profiles p on p.id = t.profile_id left join rowplane.rights_roles b on b.id = t.rights_role_id`,
  workspace: `select array[w.name] as key, jsonb_build_object('company', c.name) as value
    from rowplane.workspaces w join rowplane.companies c on c.id = w.company_id`,
  function: `select array[w.name, e.function, ${PRINCIPAL}] as key, to_jsonb(e.decision) as value
    from rowplane.function_entries e join rowplane.workspaces w on w.id = e.workspace_id ${PRINCIPALS}`,
  client: `select array[w.name, c.name] as key from rowplane.clients c join rowplane.workspaces w on w.id = c.workspace_id`,
  archive: `select array[w.name, a.name] as key from rowplane.archives a join rowplane.workspaces w on w.id = a.workspace_id`,
  assignment: `select array[w.name, a.name, c.name, ${PRINCIPAL}] as key
    from rowplane.client_assignments e ${ARCHIVE} join rowplane.clients c on c.id = e.client_id ${PRINCIPALS}`,
  clients: `select array[w.name, a.name] as key
    from rowplane.archives a join rowplane.workspaces w on w.id = a.workspace_id where a.clients_enabled`,
  plane: `select array[w.name, p.name] as key,
      case when p.is_full then '{"full": true}'::jsonb else jsonb_build_object('definitions', p.content) end as value
    from rowplane.planes p join rowplane.workspaces w on w.id = p.workspace_id`,
  planeGroup: `select array[w.name, p.name, g.name] as key from rowplane.plane_groups l
    join rowplane.planes p on p.id = l.plane_id join rowplane.workspaces w on w.id = p.workspace_id
    join rowplane.groups g on g.id = l.group_id`,
  break: `${OBJECTS} select array[w.name, a.name, o.name] as key
    from rowplane.inheritance_breaks e ${ARCHIVE} join objects o on o.id = e.object_id`,
  entry: `${OBJECTS} select array[w.name, a.name, o.name, ${PRINCIPAL}, e.permission] as key, to_jsonb(e.decision) as value
    from rowplane.object_entries e ${ARCHIVE} join objects o on o.id = e.object_id ${PRINCIPALS}`,
};

/** The facts of some kinds, as they are. `owner` is a session as rowplane_owner, on one snapshot. */
export async function readFacts(owner: Queryable, kinds: readonly FactKind[]): Promise<Fact[]> {
  const facts: Fact[] = [];
  for (const kind of kinds) {
    const rows = await owner.query<Row>(`select * from (${STATEMENTS[kind]}) f order by f.key`);
    for (const { key, value = true } of rows) facts.push({ kind, key, value: tidy(kind, value) });
  }
  return facts;
}

/** A plane's content without definitions of which nothing is enabled. */
function tidy(kind: FactKind, value: FactValue): FactValue {
  if (kind !== 'plane' || typeof value !== 'object' || !('definitions' in value)) return value;
  const content = Object.entries(value.definitions as PlaneContent).filter(
    ([, { restriction, ...lists }]) => restriction !== null || Object.values(lists).some((list) => list.length > 0),
  );
  return { definitions: Object.fromEntries(content) };
}
