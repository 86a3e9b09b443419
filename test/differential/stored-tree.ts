import type { Queryable } from '../../src/database/queryable.ts';
import type { Entry, Folder, Id, World } from '../oracle/world.ts';
import { principalOfStored } from './principals.ts';

/** The tree as it stands in the tables: what can be compared with a world's. */
export interface StoredTree {
  folders: (Omit<Folder, 'trashedWith'> & { trashed: boolean })[];
  entries: Entry[];
  breaks: Id[];
}

export async function storedTree(owner: Queryable): Promise<StoredTree> {
  const folders = await owner.query<StoredTree['folders'][number]>(
    'select id, archive_id as archive, parent_id as parent, name, deleted_at is not null as trashed from rowplane.folders',
  );
  const entries = await owner.query<
    Record<'object' | 'user' | 'group' | 'permission' | 'decision' | 'covers', string> & { copied: boolean }
  >(
    'select object_id as object, user_id as user, group_id as group, permission, decision, copied, covers from rowplane.object_entries',
  );
  const breaks = await owner.query<{ object: Id }>('select object_id as object from rowplane.inheritance_breaks');
  return sorted({
    folders,
    entries: entries.map(({ user, group, copied, covers, ...entry }) => ({
      ...entry,
      principal: principalOfStored({ user, group }),
      ...(copied && { copied }),
      ...(covers !== null && { covers }),
    })) as Entry[],
    breaks: breaks.map(({ object }) => object),
  });
}

/** The same of a world. */
export function treeOf({ folders, entries, breaks }: World): StoredTree {
  return sorted({
    folders: folders.map(({ trashedWith, ...folder }) => ({ ...folder, trashed: trashedWith !== null })),
    entries: [...entries],
    breaks: [...breaks],
  });
}

function sorted({ folders, entries, breaks }: StoredTree): StoredTree {
  const key = ({ object, principal, permission }: Entry): string => JSON.stringify([object, principal, permission]);
  return {
    folders: folders.sort((a, b) => (a.id < b.id ? -1 : 1)),
    entries: entries.sort((a, b) => (key(a) < key(b) ? -1 : 1)),
    breaks: breaks.sort(),
  };
}

/** Records whose realm isn't the one of their place and client: none, ever, but for those that prepared scopes still wait for. */
export async function misplaced(owner: Queryable, tables: readonly string[]): Promise<Id[]> {
  const rows = await owner.query<{ id: Id }>(
    tables
      .map(
        (table) => `select t.id from ${table} t
          left join rowplane.scopes s on s.object_id = t.id
          join rowplane.folders f on f.id = t.folder_id
          join rowplane.archives a on a.id = t.archive_id
          left join rowplane.realms r on r.workspace_id = a.workspace_id and r.id = t.realm_id
          where (r.archive_id, r.client_id, r.scope_id) is distinct from (t.archive_id, t.client_id, coalesce(s.object_id, f.scope_id))
            and not exists (select from rowplane.unsettled_folders u where u.folder_id = t.folder_id and '${table}' = u.record_table and u.settled_id < t.id)`,
      )
      .join(' union all '),
  );
  return rows.map(({ id }) => id);
}
