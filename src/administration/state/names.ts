import { Refusal } from '../../access/refusals.ts';
import type { Queryable } from '../../database/queryable.ts';
import { isUuid } from '../../database/uuid.ts';

/** Finds the ids of what facts name. Each throws NOT_FOUND that says what is missing. */
export interface Names {
  id(noun: Noun, name: string): Promise<string>;
  inWorkspace(noun: 'archives' | 'clients', workspace: string, name: string): Promise<string>;
  workspace(name: string): Promise<number>;
  plane(workspace: string, name: string): Promise<number>;
  /** An object of an archive's tree: `/`, `/Leases/2024` or `document:0197…`. */
  object(workspace: string, archive: string, called: string): Promise<string>;
}

type Noun = 'companies' | 'users' | 'groups' | 'profiles' | 'rights_roles';
const SINGULAR = {
  companies: 'company',
  users: 'user',
  groups: 'group',
  profiles: 'profile',
  rights_roles: 'rights role',
  archives: 'archive',
  clients: 'client',
};

/** `document:0197…`: a record with entries of its own. */
export function isRecordName(called: string): boolean {
  const [definition = '', id = '', ...more] = called.split(':');
  return /^\w+$/.test(definition) && isUuid(id) && more.length === 0;
}

export function namesIn(owner: Queryable): Names {
  async function found<T>(what: string, text: string, values: unknown[]): Promise<T> {
    const [row] = await owner.query<{ id: T }>(text, values);
    if (!row) throw new Refusal('NOT_FOUND', `There is no ${what}.`);
    return row.id;
  }
  const names: Names = {
    id: (noun, name) => found(`${SINGULAR[noun]} "${name}"`, `select id from rowplane.${noun} where name = $1`, [name]),
    inWorkspace: (noun, workspace, name) =>
      found(
        `${SINGULAR[noun]} "${name}" in the workspace "${workspace}"`,
        `select t.id from rowplane.${noun} t join rowplane.workspaces w on w.id = t.workspace_id where w.name = $1 and t.name = $2`,
        [workspace, name],
      ),
    workspace: (name) => found(`workspace "${name}"`, 'select id from rowplane.workspaces where name = $1', [name]),
    plane: (workspace, name) =>
      found(
        `plane "${name}" in the workspace "${workspace}"`,
        `select p.id from rowplane.planes p join rowplane.workspaces w on w.id = p.workspace_id where w.name = $1 and p.name = $2`,
        [workspace, name],
      ),
    async object(workspace, archive, called) {
      const root = await names.inWorkspace('archives', workspace, archive);
      const what = `"${called}" in the archive "${archive}"`;
      if (isRecordName(called)) {
        const [definition, id] = called.split(':');
        return found(
          what,
          `select $1::uuid as id from rowplane.locate($1, $2) l
           join rowplane.definitions d on d.content ->> 'table' = l.record_table where l.archive_id = $2 and d.name = $3`,
          [id, root, definition],
        );
      }
      const path = called
        .split('/')
        .slice(1)
        .filter((step) => step !== '');
      return found(
        what,
        `with recursive walk(id, depth) as (
           select $1::uuid, 0
           union all
           select f.id, w.depth + 1 from walk w join rowplane.folders f
             on f.parent_id = w.id and f.name = ($2::text[])[w.depth + 1] and f.deleted_at is null)
         select id from walk where depth = cardinality($2::text[])`,
        [root, path],
      );
    },
  };
  return names;
}
