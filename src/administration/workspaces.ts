import type { Administration } from '../access/administrators.ts';
import { Refusal } from '../access/refusals.ts';
import { fullContent } from '../compiler/plane-content.ts';
import type { Definitions } from '../compiler/definition.ts';
import type { Queryable } from '../database/queryable.ts';
import { getCompany } from './companies.ts';
import { compileWorkspace, dropWorkspace, savePlane } from './compile.ts';
import { checkedName, refusingTaken } from './input.ts';
import { listByName } from './pages.ts';
import type { Page, PageRequest } from './pages.ts';

/** Holds archives and planes; one Postgres schema. */
export interface Workspace {
  id: number;
  name: string;
  companyId: string;
  companyName: string;
}

/** A9: the plane of a new workspace, and whom it is assigned to. */
export const FULL_ACCESS = { name: 'Full access', groups: ['EVERYONE', 'GUESTS', 'ANONYMOUS'] };

const WORKSPACES = `
  select w.id, w.name, c.id as "companyId", c.name as "companyName"
  from rowplane.workspaces w join rowplane.companies c on c.id = w.company_id`;
const taken = { workspaces_name_key: { path: 'name', message: 'is the name of another workspace' } };

export function listWorkspaces(
  a: Administration,
  request: PageRequest & { companyId?: string | null } = {},
): Promise<Page<Workspace>> {
  const select = `${WORKSPACES} where $1::uuid is null or c.id = $1`;
  return listByName(a, { select, values: [request.companyId ?? null], idType: 'int' }, request);
}

/** Throws NOT_FOUND. */
export async function getWorkspace(a: Administration, id: number): Promise<Workspace> {
  const [workspace] = await a.query<Workspace>(`${WORKSPACES} where w.id = $1`, [id]);
  if (!workspace) throw new Refusal('NOT_FOUND', 'There is no such workspace.', { path: 'workspace' });
  return workspace;
}

/** A new workspace has its schema, a table per definition, and A9's plane. */
export async function createWorkspace(
  a: Administration,
  definitions: Definitions,
  input: { companyId: string; name: string },
): Promise<Workspace> {
  await getCompany(a, input.companyId);
  const { id, afterCommit } = await a.asOwner((owner) => makeWorkspace(owner, definitions, input));
  a.afterCommit(afterCommit);
  return getWorkspace(a, id);
}

/** The same by the owner: for the demo and for tests. The statements of `afterCommit` are to be run after the transaction. */
export async function makeWorkspace(
  owner: Queryable,
  definitions: Definitions,
  { companyId, name }: { companyId: string; name: string },
): Promise<{ id: number; planeId: number; afterCommit: string[] }> {
  const [row] = await refusingTaken(taken, () =>
    owner.query<{ id: number }>('insert into rowplane.workspaces (company_id, name) values ($1, $2) returning id', [
      companyId,
      checkedName(name),
    ]),
  );
  const { id } = row as { id: number };
  await compileWorkspace(owner, definitions, id);
  const plane = await savePlane(owner, definitions, {
    workspaceId: id,
    name: FULL_ACCESS.name,
    content: fullContent(definitions),
    isFull: true,
  });
  await owner.query(
    'insert into rowplane.plane_groups (plane_id, group_id) select $1, id from rowplane.groups where builtin = any ($2)',
    [plane.id, FULL_ACCESS.groups],
  );
  return { id, planeId: plane.id, afterCommit: plane.afterCommit };
}

export async function renameWorkspace(a: Administration, id: number, name: string): Promise<Workspace> {
  await getWorkspace(a, id);
  await refusingTaken(taken, () =>
    a.query('update rowplane.workspaces set name = $2 where id = $1', [id, checkedName(name)]),
  );
  return getWorkspace(a, id);
}

/** IN_USE while it has archives; its planes and clients go with it. */
export async function deleteWorkspace(a: Administration, id: number): Promise<void> {
  const workspace = await getWorkspace(a, id);
  const archives = await a.query<{ name: string }>(
    'select name from rowplane.archives where workspace_id = $1 order by name limit 20',
    [id],
  );
  if (archives.length > 0) {
    throw new Refusal('IN_USE', `The workspace "${workspace.name}" has archives. Delete them first.`, {
      archives: archives.map(({ name }) => name),
    });
  }
  await a.asOwner((owner) => dropWorkspace(owner, id));
}
