import { Refusal } from '../access/refusals.ts';
import type { Viewer, ViewerTransaction, Viewers } from '../access/viewers.ts';
import { folderOf, foldersById } from '../reader/folders.ts';
import type { FolderNode } from '../reader/record-node.ts';

/** P8: makes a folder in another, for a viewer who has CREATE and EDIT there. The database judges. */
export function createFolder(
  viewers: Viewers,
  viewer: Viewer,
  { parent, name }: { parent: string; name: string },
): Promise<FolderNode> {
  return viewers.write(viewer, [], async (write) => {
    const [rows] = await write.run([{ text: 'select rowplane.create_folder($1, $2) as id', values: [parent, name] }]);
    return readBack(write, rows?.[0]?.id as string);
  });
}

/** P8: renames a folder, for a viewer who has EDIT on it. An archive's root keeps the archive's name. */
export function renameFolder(viewers: Viewers, viewer: Viewer, folder: string, name: string): Promise<FolderNode> {
  return viewers.write(viewer, [], async (write) => {
    await write.run([{ text: 'select rowplane.rename_folder($1, $2)', values: [folder, name] }]);
    return readBack(write, folder);
  });
}

async function readBack({ run }: ViewerTransaction, id: string): Promise<FolderNode> {
  const [rows] = await run([foldersById([id])]);
  const [row] = rows ?? [];
  if (!row) throw new Refusal('NOT_FOUND', 'There is no such folder.', { path: 'folder' });
  return folderOf(row);
}
