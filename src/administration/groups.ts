import type { Administration } from '../access/administrators.ts';
import { Refusal, invalid } from '../access/refusals.ts';
import { checkedName, refusingTaken } from './input.ts';
import { guardLastPlanes } from './last-planes.ts';
import { listByName } from './pages.ts';
import type { Page, PageRequest } from './pages.ts';

/** U9. `builtin` is null for groups that administrators made. */
export interface Group {
  id: string;
  name: string;
  /** `#rrggbb`. */
  colour: string;
  builtin: string | null;
}

export interface GroupInput {
  name?: string | null;
  colour?: string | null;
}

const GROUPS = 'select id, name, colour, builtin from rowplane.groups';
const taken = { groups_name_key: { path: 'name', message: 'is the name of another group' } };

export function listGroups(a: Administration, request: PageRequest = {}): Promise<Page<Group>> {
  return listByName(a, { select: GROUPS, idType: 'uuid' }, request);
}

/** Throws NOT_FOUND. */
export async function getGroup(a: Administration, id: string): Promise<Group> {
  const [group] = await a.query<Group>(`${GROUPS} where id = $1`, [id]);
  if (!group) throw new Refusal('NOT_FOUND', 'There is no such group.', { path: 'group' });
  return group;
}

/** U9: a group that can be changed. FORBIDDEN for built-in ones, whose members follow from the account roles. */
export async function getOwnGroup(a: Administration, id: string): Promise<Group> {
  const group = await getGroup(a, id);
  if (group.builtin !== null) {
    throw new Refusal('FORBIDDEN', `The group "${group.name}" is built in: it can't be changed, joined or nested.`);
  }
  return group;
}

export async function createGroup(a: Administration, input: { name: string; colour?: string | null }): Promise<Group> {
  const name = checkedName(input.name);
  const [group] = await refusingTaken(taken, () =>
    a.query<Group>('insert into rowplane.groups (name, colour) values ($1, $2) returning id, name, colour, builtin', [
      name,
      checkedColour(input.colour ?? '#808080'),
    ]),
  );
  return group as Group;
}

export async function updateGroup(a: Administration, id: string, { name, colour }: GroupInput): Promise<Group> {
  const group = await getOwnGroup(a, id);
  await refusingTaken(taken, () =>
    a.query('update rowplane.groups set name = $2, colour = $3 where id = $1', [
      id,
      checkedName(name ?? group.name),
      checkedColour(colour ?? group.colour),
    ]),
  );
  return getGroup(a, id);
}

/** What goes with a group: its members lose what it was given, and gain what it was denied. */
export interface GroupLosses {
  /** Direct members. */
  members: number;
  /** Groups right below, which inherit from this one, and right above, from which it inherits. */
  subgroups: string[];
  parents: string[];
  planes: string[];
  clients: string[];
  entries: { decision: string; permission: string; archive: string }[];
  functions: { decision: string; function: string; workspace: string }[];
}

/** U9: says what goes with the group, and needs `confirm` unless that is nothing. Throws VALIDATION_FAILED with the losses. */
export async function deleteGroup(a: Administration, id: string, confirm: boolean): Promise<void> {
  const group = await getOwnGroup(a, id);
  if (!confirm) await refuseUsed(a, group);
  await guardLastPlanes(a, { groups: [id] }, confirm, () => a.query('delete from rowplane.groups where id = $1', [id]));
}

/** U9: VALIDATION_FAILED with what would go with the group, unless that is nothing. */
export async function refuseUsed(a: Administration, { id, name }: Pick<Group, 'id' | 'name'>): Promise<void> {
  const losses = await lossesOf(a, id);
  const { members, ...others } = losses;
  if (members + Object.values(others).flat().length === 0) return;
  throw new Refusal(
    'VALIDATION_FAILED',
    `The group "${name}" is in use: its members lose what it was given, and gain what it was denied. To delete it all the same, set "confirm" (on the command line: --confirm).`,
    { problems: [{ path: 'confirm', message: 'is needed: the group is in use' }], ...losses },
  );
}

async function lossesOf(a: Administration, id: string): Promise<GroupLosses> {
  const [losses] = await a.query<GroupLosses>(
    `select (select count(*)::int from rowplane.group_members m where m.group_id = $1) as members,
       array(select c.name from rowplane.group_nesting n join rowplane.groups c on c.id = n.child_id
         where n.parent_id = $1 order by 1) as subgroups,
       array(select p.name from rowplane.group_nesting n join rowplane.groups p on p.id = n.parent_id
         where n.child_id = $1 order by 1) as parents,
       array(select w.name || ' / ' || p.name from rowplane.plane_groups g
         join rowplane.planes p on p.id = g.plane_id join rowplane.workspaces w on w.id = p.workspace_id
         where g.group_id = $1 order by 1) as planes,
       array(select s.name || ' / ' || c.name from rowplane.client_assignments t
         join rowplane.clients c on c.id = t.client_id join rowplane.archives s on s.id = t.archive_id
         where t.group_id = $1 order by 1) as clients,
       (select coalesce(jsonb_agg(jsonb_build_object('decision', e.decision, 'function', e.function, 'workspace', w.name) order by w.name, e.function), '[]')
         from rowplane.function_entries e join rowplane.workspaces w on w.id = e.workspace_id where e.group_id = $1) as functions,
       (select coalesce(jsonb_agg(jsonb_build_object('decision', e.decision, 'permission', e.permission, 'archive', s.name) order by s.name, e.permission), '[]')
         from rowplane.object_entries e join rowplane.archives s on s.id = e.archive_id where e.group_id = $1) as entries`,
    [id],
  );
  return losses as GroupLosses;
}

function checkedColour(colour: string): string {
  if (!/^#[0-9a-f]{6}$/i.test(colour)) {
    throw invalid([{ path: 'colour', message: 'must be written as #rrggbb' }]);
  }
  return colour.toLowerCase();
}
