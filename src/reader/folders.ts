import type { Row, Statement } from '../access/unit.ts';
import type { FolderNode } from './record-node.ts';

/** The statement for the visible ones of these folders, each with its path from the topmost folder that the viewer sees (P14). */
export function foldersById(ids: readonly string[]): Statement {
  return {
    text:
      'select id, archive_id as archive, parent_id as parent, name, path, may_edit as "mayEdit", may_create as "mayCreate", may_delete as "mayDelete", ' +
      'may_edit_permissions as "mayEditPermissions", has_own_entries as "hasOwnPermissions", inherits as "inheritsPermissions" from rowplane.visible_paths($1::uuid[])',
    values: [ids],
  };
}

/** A row of that statement. */
export function folderOf(row: Row): FolderNode {
  return row as unknown as FolderNode;
}
