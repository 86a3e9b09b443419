import { createFolder, renameFolder } from '../../writer/folders.ts';
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
}

/** A folder, or an archive for its root, whose uuid is the archive's. */
function placeOf(id: string): string {
  return decodeUuid(id, 'Archive') ?? uuidOf('Folder', id, 'parent');
}
