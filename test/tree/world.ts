import { afterAll, beforeAll } from 'vitest';
import type { Queryable } from '../../src/database/queryable.ts';
import { createReview, enable, type Review } from '../planes/review.ts';

export const ANONYMOUS = '00000000-0000-0000-0000-000000000000';
export const EVERYONE = '00000000-0000-0000-0000-0000000000e1';
export const ADMINISTRATORS = '00000000-0000-0000-0000-0000000000e2';
export const GUESTS = '00000000-0000-0000-0000-0000000000e5';
export const ANYBODY = '00000000-0000-0000-0000-0000000000e6';

export type Permission = 'VIEW' | 'EDIT' | 'CREATE' | 'DELETE' | 'EDIT_PERMISSIONS';

/** A tree of folders with a document in each, and users who are in a plane that shows and allows everything. */
export interface Tree extends Review {
  /** Makes a folder in another one, past all guards; its id. */
  folder(parent: string, name: string): Promise<string>;
  /** Adds an entry past all guards. */
  entry(object: string, principal: string, permission: Permission, decision: 'ALLOW' | 'DENY'): Promise<void>;
  withdraw(object: string, principal: string, permission: Permission): Promise<void>;
  breakAt(object: string): Promise<void>;
  restoreAt(object: string): Promise<void>;
  /** A document in a folder, in the realm where it belongs; its id. */
  document(folder: string, title: string, client?: string): Promise<string>;
  /** Titles of the documents that a viewer sees, sorted. */
  titles(viewer: string): Promise<string[]>;
  /** Names of the folders that a viewer sees, sorted. */
  folders(viewer: string): Promise<string[]>;
  group(name: string, ...members: string[]): Promise<string>;
  /** Titles of documents whose realm isn't the one of their place: none, ever. */
  misplaced(): Promise<string[]>;
  /** Puts users into the plane. */
  admit(...users: string[]): Promise<void>;
}

export async function createTree(): Promise<Tree> {
  const review = await createReview();
  const { owner, workspace } = review;
  const content = {
    document: enable({ layouts: ['edit'], abilities: ['CREATE', 'DELETE', 'MASS_DELETE', 'MASS_UPDATE'] }),
  };
  const plane = await review.plane('all', content, []);
  await owner.query('insert into rowplane.plane_groups (plane_id, group_id) values ($1, $2), ($1, $3)', [
    plane,
    GUESTS,
    ANYBODY,
  ]);

  async function id(text: string, values: unknown[]): Promise<string> {
    const [row] = await owner.query<{ id: string }>(`${text} returning id`, values);
    return row!.id;
  }
  const column = async (principal: string): Promise<string> => {
    const [group] = await owner.query('select from rowplane.groups where id = $1', [principal]);
    return group ? 'group_id' : 'user_id';
  };

  return {
    ...review,
    folder: (parent, name) =>
      id(
        'insert into rowplane.folders (archive_id, parent_id, name) select archive_id, id, $2 from rowplane.folders where id = $1',
        [parent, name],
      ),
    async entry(object, principal, permission, decision) {
      await owner.query(
        `insert into rowplane.object_entries (object_id, ${await column(principal)}, permission, decision) values ($1, $2, $3, $4)`,
        [object, principal, permission, decision],
      );
    },
    async withdraw(object, principal, permission) {
      await owner.query(
        `delete from rowplane.object_entries where object_id = $1 and ${await column(principal)} = $2 and permission = $3`,
        [object, principal, permission],
      );
    },
    async breakAt(object) {
      await owner.query('insert into rowplane.inheritance_breaks (object_id) values ($1)', [object]);
    },
    async restoreAt(object) {
      await owner.query('delete from rowplane.inheritance_breaks where object_id = $1', [object]);
    },
    document: (folder, title, client) =>
      id(
        `insert into ws_${workspace}.document (archive_id, folder_id, client_id, realm_id, title)
         select f.archive_id, f.id, $3::uuid, rowplane.realm_for(f.archive_id, $3::uuid, f.scope_id), $2 from rowplane.folders f where f.id = $1`,
        [folder, title, client ?? null],
      ),
    titles: (viewer) =>
      review.as(viewer, async (sql) => {
        const rows = await sql.query<{ title: string }>(`select title from plane_${plane}.document order by title`);
        return rows.map(({ title }) => title);
      }),
    folders: (viewer) =>
      review.as(viewer, async (sql) => {
        const rows = await sql.query<{ name: string }>('select name from rowplane.visible_folders order by name');
        return rows.map(({ name }) => name);
      }),
    group: async (name, ...inside) => {
      const group = await id('insert into rowplane.groups (name) values ($1)', [name]);
      for (const member of inside)
        await owner.query('insert into rowplane.group_members values ($1, $2)', [group, member]);
      return group;
    },
    async misplaced() {
      const rows = await owner.query<{ title: string }>(
        `select t.title from ws_${workspace}.document t
         left join rowplane.scopes s on s.object_id = t.id
         join rowplane.folders f on f.id = t.folder_id
         left join rowplane.realms r on r.workspace_id = ${workspace} and r.id = t.realm_id
         where (r.archive_id, r.client_id, r.scope_id) is distinct from (t.archive_id, t.client_id, coalesce(s.object_id, f.scope_id))`,
      );
      return rows.map(({ title }) => title);
    },
    async admit(...users) {
      // A group for each, so that they don't see each other by it (U3).
      for (const user of users) await review.join(plane, [user]);
    },
  };
}

/** A tree for the tests of one file. */
export function useTree(fill: (tree: Tree) => Promise<void>): () => Tree {
  let tree: Tree | undefined;
  beforeAll(async () => {
    tree = await createTree();
    await fill(tree);
  });
  afterAll(() => tree?.end());
  return () => tree!;
}

/** What a statement of a viewer ends in: its SQLSTATE, or `done`. */
export async function outcome(tree: Tree, viewer: string, text: string, values: unknown[] = []): Promise<string> {
  return refusal(tree.as(viewer, (sql: Queryable) => sql.query(text, values)));
}

export async function refusal(work: Promise<unknown>): Promise<string> {
  return work.then(
    () => 'done',
    (error: Error & { code?: string }) => error.code ?? error.message,
  );
}
