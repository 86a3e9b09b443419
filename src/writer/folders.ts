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

/**
 * P8: moves a folder with all that is in it to another one of its archive. Where the viewer couldn't edit its permissions
 * afterwards any more, LOCKED_OUT unless confirmed (P7).
 */
export function moveFolder(
  viewers: Viewers,
  viewer: Viewer,
  { folder, parent, confirm = false }: { folder: string; parent: string; confirm?: boolean },
): Promise<FolderNode> {
  return viewers.change(viewer, async (run) => {
    await run([{ text: 'select rowplane.move_folder($1, $2, $3)', values: [folder, parent, confirm] }]);
    return readBack({ run }, folder);
  });
}

/** P8, W2: puts a folder with all that is in it into the trash. FORBIDDEN if the viewer may not delete anything in it, hidden or not. */
export async function deleteFolder(viewers: Viewers, viewer: Viewer, folder: string): Promise<void> {
  await viewers.change(viewer, (run) => run([{ text: 'select rowplane.delete_folder($1)', values: [folder] }]));
}

/** W2: takes a folder out of the trash, with what went there with it. */
export function restoreFolder(viewers: Viewers, viewer: Viewer, folder: string): Promise<FolderNode> {
  return viewers.change(viewer, async (run) => {
    await run([{ text: 'select rowplane.restore_folder($1)', values: [folder] }]);
    return readBack({ run }, folder);
  });
}

async function readBack({ run }: Pick<ViewerTransaction, 'run'>, id: string): Promise<FolderNode> {
  const [rows] = await run([foldersById([id])]);
  const [row] = rows ?? [];
  if (!row) throw new Refusal('NOT_FOUND', 'There is no such folder.', { path: 'folder' });
  return folderOf(row);
}
