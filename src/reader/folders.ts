import type { Row, Statement } from '../access/unit.ts';
import type { FolderNode } from './record-node.ts';

/**
 * The statement for the visible ones of these folders, each with its path from the topmost folder that the viewer sees (P14). Walking up stops where a parent
 * isn't visible.
 */
export function foldersById(ids: readonly string[]): Statement {
  return {
    text:
      'with recursive seen as materialized (select id, archive_id, parent_id, name from rowplane.visible_folders), ' +
      'up(id, next, path) as (select id, parent_id, array[name] from seen where id = any ($1::uuid[]) ' +
      'union all select u.id, s.parent_id, s.name || u.path from up u join seen s on s.id = u.next) ' +
      'select s.id, s.archive_id as archive, s.parent_id as parent, s.name, p.path ' +
      'from (select distinct on (id) id, path from up order by id, cardinality(path) desc) p join seen s on s.id = p.id',
    values: [ids],
  };
}

/** A row of that statement. */
export function folderOf(row: Row): FolderNode {
  return row as unknown as FolderNode;
}
