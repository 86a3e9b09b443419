import type { Knowledge } from '../access/knowledge.ts';
import type { Row, Statement } from '../access/unit.ts';
import type { Viewer, Viewers } from '../access/viewers.ts';

/** Where a reading looks: the workspaces that the viewer sees, the one of an archive or folder, or named ones. */
export type Scope = 'everywhere' | { archive: string } | { folder: string } | { workspaces: readonly number[] };

/**
 * Which workspaces a scope means for a viewer. This only says where to look: looking in too many finds nothing more, and whether the list of all
 * is complete is checked on the snapshot that is read.
 */
export interface Scopes {
  workspacesOf(viewer: Viewer, scope: Scope): readonly number[] | Promise<readonly number[]>;
  /**
   * The statement that tells, on the snapshot being read, which workspaces there are; null if no permission changed since it was
   * last asked. `used`: those that this reading looks in. Another one may have learned of more in the meantime.
   */
  check(viewer: Viewer, used: readonly number[], knowledge: Iterable<Knowledge>): Statement | null;
  /** Takes the answer; false if `used` was incomplete, and then everything read by it has to be read again. */
  confirm(viewer: Viewer, used: readonly number[], knowledge: Iterable<Knowledge>, rows: readonly Row[]): boolean;
}

const REMEMBERED = 10_000;
const NOWHERE: readonly number[] = [];

interface WorkspaceList {
  /** The permission clock at which the list was true. */
  ticks: string | null;
  workspaces: readonly number[];
}

export function createScopes(viewers: Viewers): Scopes {
  const lists = new Map<string, WorkspaceList>();
  /** Workspaces of archives and folders that the viewer saw: no archive ever changes its workspace. */
  const homes = new Map<string, readonly number[]>();

  async function homeOf(viewer: Viewer, id: string, statement: string): Promise<readonly number[]> {
    const name = `${viewer.id} ${id}`;
    const known = homes.get(name);
    if (known !== undefined) return known;
    const [rows] = await viewers.read(viewer, [], () => [{ text: statement, values: [id] }]);
    const workspace = rows?.[0]?.workspace as number | undefined;
    if (workspace === undefined) return NOWHERE;
    const home = [workspace];
    remember(homes, name, home);
    return home;
  }

  return {
    workspacesOf(viewer, scope) {
      if (scope === 'everywhere') return lists.get(viewer.id)?.workspaces ?? NOWHERE;
      if ('workspaces' in scope) return scope.workspaces;
      if ('archive' in scope) {
        return (
          homes.get(`${viewer.id} ${scope.archive}`) ??
          homeOf(
            viewer,
            scope.archive,
            'select workspace_id as workspace from rowplane.visible_archives where id = $1::uuid',
          )
        );
      }
      return (
        homes.get(`${viewer.id} ${scope.folder}`) ??
        homeOf(viewer, scope.folder, 'select workspace_id as workspace from rowplane.visible_paths(array[$1::uuid])')
      );
    },
    check(viewer, used, knowledge) {
      const list = lists.get(viewer.id);
      if (list && list.ticks !== null && list.ticks === ticksOf(knowledge) && list.workspaces.join() === used.join())
        return null;
      return { text: 'select id from rowplane.visible_workspaces order by id', values: [], keep: true };
    },
    confirm(viewer, used, knowledge, rows) {
      const workspaces = rows.map(({ id }) => id as number);
      const complete = workspaces.join() === used.join();
      remember(lists, viewer.id, { ticks: complete ? ticksOf(knowledge) : null, workspaces });
      return complete;
    },
  };
}

/** The permission clock that knowledge is of: the beginning of its stamp. */
function ticksOf(knowledge: Iterable<Knowledge>): string | null {
  for (const { stamp } of knowledge) return stamp.split('.', 1)[0]!;
  return null;
}

function remember<V>(map: Map<string, V>, name: string, value: V): void {
  map.delete(name);
  map.set(name, value);
  if (map.size > REMEMBERED) map.delete(map.keys().next().value!);
}
