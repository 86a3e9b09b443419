import type { Administration } from '../../access/administrators.ts';
import { listAssignments } from '../../administration/rights-assignments.ts';
import {
  addProfiles,
  createRightsRole,
  deleteRightsRole,
  getRightsRole,
  listBundled,
  listRightsRoles,
  removeProfiles,
  renameRightsRole,
  type RightsRole,
} from '../../administration/rights-roles.ts';
import { encodeId } from '../global-id.ts';
import { change, read, readPage } from './administer.ts';
import { uuidOf, uuidsOf } from './ids.ts';
import { defineMutation } from './mutation.ts';
import { pageArguments } from './page-arguments.ts';
import type { AdminKit } from './types.ts';

export function defineRightsRoles(kit: AdminKit): void {
  const { builder, admin } = kit;
  admin.RightsRole.implement({
    description: 'Profiles across applications, to be assigned as one (R3).',
    fields: (t) => ({
      id: t.id({ nullable: false, resolve: ({ id }) => encodeId('RightsRole', id) }),
      name: t.exposeString('name', { nullable: false }),
      profiles: t.field({
        type: [admin.Profile],
        nullable: { list: false, items: false },
        resolve: ({ id }, _args, context) => read(context, (a) => listBundled(a, id)),
      }),
      assignmentCount: t.exposeInt('assignmentCount', { description: 'To how many it is assigned; null if to none.' }),
      assignments: t.field({
        type: admin.RightsAssignments,
        nullable: false,
        args: pageArguments(t),
        resolve: ({ id }, page, context) =>
          readPage(context, page, (a, request) => listAssignments(a, { rightsRole: id }, request)),
      }),
    }),
  });
  builder.objectFields(admin.Administration, (t) => ({
    rightsRoles: t.field({
      type: admin.RightsRoles,
      nullable: false,
      args: pageArguments(t),
      resolve: (_, page, context) => readPage(context, page, listRightsRoles),
    }),
    rightsRole: t.field({
      type: admin.RightsRole,
      nullable: false,
      args: { id: t.arg.id({ required: true }) },
      resolve: (_, { id }, context) => read(context, (a) => getRightsRole(a, uuidOf('RightsRole', id, 'id'))),
    }),
  }));

  defineMutation(kit, 'createRightsRole', {
    description: 'Makes a rights role.',
    input: (t) => ({ name: t.string({ required: true }), profiles: t.idList() }),
    payload: { rightsRole: admin.RightsRole },
    async resolve({ name, profiles }, context) {
      const input = { name, profiles: uuidsOf('Profile', profiles, 'profiles') };
      return { rightsRole: await change(context, (a) => createRightsRole(a, input)) };
    },
  });
  defineMutation(kit, 'updateRightsRole', {
    description: 'Renames a rights role.',
    input: (t) => ({ id: t.id({ required: true }), name: t.string({ required: true }) }),
    payload: { rightsRole: admin.RightsRole },
    resolve: async ({ id, name }, context) => ({
      rightsRole: await change(context, (a) => renameRightsRole(a, uuidOf('RightsRole', id, 'id'), name)),
    }),
  });
  defineMutation(kit, 'deleteRightsRole', {
    description: 'Deletes a rights role that is assigned to nobody (else IN_USE with the list). Its profiles stay.',
    input: (t) => ({ id: t.id({ required: true }) }),
    payload: { deletedId: 'ID' },
    async resolve({ id }, context) {
      await change(context, (a) => deleteRightsRole(a, uuidOf('RightsRole', id, 'id')));
      return { deletedId: id };
    },
  });
  defineBundling(kit, 'addRightsRoleProfiles', addProfiles, 'Puts profiles into a rights role.');
  defineBundling(
    kit,
    'removeRightsRoleProfiles',
    removeProfiles,
    'Takes profiles out of a rights role; who has it loses what they give.',
  );
}

function defineBundling(
  kit: AdminKit,
  name: string,
  work: (a: Administration, id: string, profiles: string[]) => Promise<RightsRole>,
  description: string,
): void {
  defineMutation(kit, name, {
    description,
    input: (t) => ({ rightsRole: t.id({ required: true }), profiles: t.idList({ required: true }) }),
    payload: { rightsRole: kit.admin.RightsRole },
    async resolve({ rightsRole, profiles }, context) {
      const id = uuidOf('RightsRole', rightsRole, 'rightsRole');
      const ids = uuidsOf('Profile', profiles, 'profiles');
      return { rightsRole: await change(context, (a) => work(a, id, ids)) };
    },
  });
}
