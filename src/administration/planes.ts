import type { Administration } from '../access/administrators.ts';
import { Refusal, invalid } from '../access/refusals.ts';
import type { Condition } from '../compiler/condition/condition.ts';
import type { Definitions } from '../compiler/definition.ts';
import { type FieldLevel, levelsOf, type PlaneContent } from '../compiler/levels.ts';
import { fullContent, problemsOf } from '../compiler/plane-content.ts';
import { dropPlane, savePlane } from './compile.ts';
import { checkedName } from './input.ts';
import { guardLastPlanes } from './last-planes.ts';
import { listByName } from './pages.ts';
import type { Page, PageRequest } from './pages.ts';

/** A plane as its list shows it (A1). */
export interface Plane {
  id: number;
  workspaceId: number;
  name: string;
  /** Shows everything and grows with the definitions; its content can't be edited. */
  isFull: boolean;
  /** What is enabled, by definition; for a full plane everything there is. */
  content: PlaneContent;
  /** The definitions with at least one view, layout or document viewer enabled. */
  activeDefinitions: string[];
  groupCount: number;
}

/** What is enabled of one definition; what is left out is not enabled. */
export interface ContentInput {
  definition: string;
  views?: readonly string[] | null;
  layouts?: readonly string[] | null;
  documentViewers?: readonly string[] | null;
  abilities?: readonly string[] | null;
  restriction?: unknown;
}

const PLANES = `
  select p.id, p.workspace_id as "workspaceId", p.name, p.is_full as "isFull", p.content,
    array(select d.definition from rowplane.plane_definitions d where d.plane_id = p.id order by 1) as "activeDefinitions",
    (select count(*)::int from rowplane.plane_groups g where g.plane_id = p.id) as "groupCount"
  from rowplane.planes p`;

/** A1: of a workspace, and those that a group is assigned to (A6), where asked for. */
export async function listPlanes(
  a: Administration,
  definitions: Definitions,
  request: PageRequest & { workspaceId?: number | null; group?: string | null } = {},
): Promise<Page<Plane>> {
  const select = `${PLANES} where ($1::int is null or p.workspace_id = $1)
    and ($2::uuid is null or exists (select from rowplane.plane_groups g where g.plane_id = p.id and g.group_id = $2))`;
  const values = [request.workspaceId ?? null, request.group ?? null];
  const page = await listByName<Plane>(a, { select, values, idType: 'int' }, request);
  return { ...page, items: page.items.map((plane) => writtenOut(definitions, plane)) };
}

/** All planes of a workspace, by name. */
export async function listAllPlanes(
  a: Administration,
  definitions: Definitions,
  workspaceId: number,
): Promise<Plane[]> {
  const planes = await a.query<Plane>(`${PLANES} where p.workspace_id = $1 order by p.name`, [workspaceId]);
  return planes.map((plane) => writtenOut(definitions, plane));
}

/** Throws NOT_FOUND. */
export async function getPlane(a: Administration, definitions: Definitions, id: number): Promise<Plane> {
  const [plane] = await a.query<Plane>(`${PLANES} where p.id = $1`, [id]);
  if (!plane) throw new Refusal('NOT_FOUND', 'There is no such plane.', { path: 'plane' });
  return writtenOut(definitions, plane);
}

/** A1, A2: compiled in the same transaction; nobody is in it before groups are assigned (A6). */
export async function createPlane(
  a: Administration,
  definitions: Definitions,
  input: { workspaceId: number; name: string; content: readonly ContentInput[] },
): Promise<Plane> {
  const content = contentOf(definitions, input.content);
  const name = await freeName(a, { workspaceId: input.workspaceId, name: input.name });
  return save(a, definitions, { workspaceId: input.workspaceId, name, content });
}

/** Changes name, content or both; new content replaces the old as a whole. */
export async function updatePlane(
  a: Administration,
  definitions: Definitions,
  id: number,
  input: { name?: string | null; content?: readonly ContentInput[] | null },
): Promise<Plane> {
  const plane = await getPlane(a, definitions, id);
  const content = input.content == null ? null : contentOf(definitions, input.content);
  if (content && plane.isFull) {
    throw invalid([
      { path: 'content', message: `"${plane.name}" shows everything by itself: duplicate it, edit the copy` },
    ]);
  }
  if (input.name != null && input.name !== plane.name) {
    const name = await freeName(a, { workspaceId: plane.workspaceId, name: input.name });
    await a.query('update rowplane.planes set name = $2 where id = $1', [id, name]);
    plane.name = name;
  }
  return content ? save(a, definitions, { ...plane, content }) : plane;
}

/** A1: a plane with the same content and no groups. The copy of a full plane shows all there is now, and can be edited. */
export async function duplicatePlane(
  a: Administration,
  definitions: Definitions,
  id: number,
  newName: string,
): Promise<Plane> {
  const { workspaceId, content } = await getPlane(a, definitions, id);
  const name = await freeName(a, { workspaceId, name: newName });
  return save(a, definitions, { workspaceId, name, content });
}

/** A10: with everything that it was compiled into. A9: needs `confirm` where that takes someone's last plane. */
export async function deletePlane(a: Administration, id: number, confirm = false): Promise<void> {
  const groups = await a.query<{ id: string }>('select group_id as id from rowplane.plane_groups where plane_id = $1', [
    id,
  ]);
  const affected = { groups: groups.map((group) => group.id) };
  await guardLastPlanes(a, affected, confirm, async () => {
    await a.asOwner((owner) => dropPlane(owner, id));
  });
}

/** A11: every field of a definition in a plane, with its level and what it comes from. */
export async function computedFields(
  a: Administration,
  definitions: Definitions,
  id: number,
  definitionName: string,
): Promise<FieldLevel[]> {
  const { content } = await getPlane(a, definitions, id);
  const definition = definitions.get(definitionName);
  if (!definition)
    throw invalid([{ path: 'definition', message: `must be one of ${[...definitions.keys()].join(', ')}` }]);
  return Object.values(levelsOf(definition, content));
}

async function save(
  a: Administration,
  definitions: Definitions,
  plane: { id?: number; workspaceId: number; name: string; content: PlaneContent },
): Promise<Plane> {
  const { id, afterCommit } = await a.asOwner((owner) => savePlane(owner, definitions, plane));
  a.afterCommit(afterCommit);
  return getPlane(a, definitions, id);
}

async function freeName(
  a: Administration,
  { workspaceId, name }: { workspaceId: number; name: string },
): Promise<string> {
  checkedName(name);
  const [workspace] = await a.query<{ taken: boolean }>(
    `select exists (select from rowplane.planes p where p.workspace_id = w.id and p.name = $2) as taken
     from rowplane.workspaces w where w.id = $1`,
    [workspaceId, name],
  );
  if (!workspace) throw new Refusal('NOT_FOUND', 'There is no such workspace.', { path: 'workspace' });
  if (workspace.taken) throw invalid([{ path: 'name', message: 'is the name of another plane here' }]);
  return name;
}

function writtenOut(definitions: Definitions, plane: Plane): Plane {
  return plane.isFull ? { ...plane, content: fullContent(definitions) } : plane;
}

/** The content of a plane from an input, or VALIDATION_FAILED with everything that is wrong in it. */
export function contentOf(definitions: Definitions, input: readonly ContentInput[]): PlaneContent {
  const names = input.map(({ definition }) => definition);
  const twice = names.findIndex((name, index) => names.indexOf(name) !== index);
  if (twice >= 0) throw invalid([{ path: `content[${twice}].definition`, message: 'is there twice' }]);
  const content = Object.fromEntries(
    input.map((one) => [
      one.definition,
      {
        views: unique(one.views),
        layouts: unique(one.layouts),
        documentViewers: unique(one.documentViewers),
        abilities: unique(one.abilities),
        restriction: (one.restriction ?? null) as Condition | null,
      },
    ]),
  );
  const problems = problemsOf(definitions, content);
  if (problems.length > 0) {
    throw invalid(problems.map(({ path, message }) => ({ path: ['content', ...path].join('.'), message })));
  }
  return content;
}

function unique(names: readonly string[] | null | undefined): string[] {
  return [...new Set(names)];
}
