import { createFolder, deleteFolder, moveFolder, renameFolder, restoreFolder } from '../../writer/folders.ts';
import type { Kit } from '../builder.ts';
import { decodeUuid } from '../global-id.ts';
import { uuidOf } from './ids.ts';
import { defineMutation } from './mutation.ts';

/** P8: folders are content, so whoever may add to one makes them; administrators have no more rights to it than others (U2). */
export function defineFolderMutations(kit: Kit): void {
  const { types } = kit;
  defineMutation(kit, 'createFolder', {
    description: 'Makes a folder in another one, or in an archive’s root; needs CREATE and EDIT there (P8).',
    input: (t) => ({ parent: t.id({ required: true }), name: t.string({ required: true }) }),
    payload: { folder: types.Folder },
    async resolve({ parent, name }, { viewers, viewer }) {
      return { folder: await createFolder(viewers, viewer, { parent: placeOf(parent), name }) };
    },
  });
  defineMutation(kit, 'renameFolder', {
    description: 'Renames a folder; needs EDIT on it (P8).',
    input: (t) => ({ id: t.id({ required: true }), name: t.string({ required: true }) }),
    payload: { folder: types.Folder },
    resolve: async ({ id, name }, { viewers, viewer }) => ({
      folder: await renameFolder(viewers, viewer, uuidOf('Folder', id, 'id'), name),
    }),
  });
  defineMutation(kit, 'moveFolder', {
    description:
      'Moves a folder with all that is in it to another one of its archive; needs EDIT on it and on both folders that it is in, before and after (P8).',
    input: (t) => ({
      id: t.id({ required: true }),
      parent: t.id({ required: true }),
      confirm: t.boolean({ description: 'Also where the viewer can’t edit its permissions afterwards any more (P7).' }),
    }),
    payload: { folder: types.Folder },
    async resolve({ id, parent, confirm }, { viewers, viewer }) {
      const move = { folder: uuidOf('Folder', id, 'id'), parent: placeOf(parent), confirm: confirm ?? false };
      return { folder: await moveFolder(viewers, viewer, move) };
    },
  });
  defineMutation(kit, 'deleteFolder', {
    description:
      'Puts a folder with all that is in it into the trash; needs DELETE on it and on everything in it, and EDIT on the folder that it is in (P8, W2).',
    input: (t) => ({ id: t.id({ required: true }) }),
    payload: { deletedId: 'ID' },
    async resolve({ id }, { viewers, viewer }) {
      await deleteFolder(viewers, viewer, uuidOf('Folder', id, 'id'));
      return { deletedId: id };
    },
  });
  defineMutation(kit, 'restoreFolder', {
    description: 'Takes a folder out of the trash, with what went there with it (W2).',
    input: (t) => ({ id: t.id({ required: true }) }),
    payload: { folder: types.Folder },
    resolve: async ({ id }, { viewers, viewer }) => ({
      folder: await restoreFolder(viewers, viewer, uuidOf('Folder', id, 'id')),
    }),
  });
}

/** A folder, or an archive for its root, whose uuid is the archive's. */
function placeOf(id: string): string {
  return decodeUuid(id, 'Archive') ?? uuidOf('Folder', id, 'parent');
}
