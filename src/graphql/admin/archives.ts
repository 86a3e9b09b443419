import { disableClients, enableClients } from '../../administration/archive-clients.ts';
import {
  createArchive,
  deleteArchive,
  getArchive,
  listArchives,
  renameArchive,
} from '../../administration/archives.ts';
import { getWorkspace } from '../../administration/workspaces.ts';
import { encodeId } from '../global-id.ts';
import { change, read, readPage } from './administer.ts';
import { numberOf, uuidOf, uuidsOf } from './ids.ts';
import { defineMutation } from './mutation.ts';
import { pageArguments } from './page-arguments.ts';
import type { AdminKit } from './types.ts';

export function defineArchives(kit: AdminKit): void {
  const { builder, admin } = kit;
  admin.Archive.implement({
    description: 'An archive as a setting: being listed here shows nobody a record (U2).',
    fields: (t) => ({
      id: t.id({ nullable: false, resolve: ({ id }) => encodeId('Archive', id) }),
      name: t.exposeString('name', { nullable: false }),
      clientsEnabled: t.exposeBoolean('clientsEnabled', { nullable: false }),
      workspace: t.field({
        type: admin.Workspace,
        nullable: false,
        resolve: ({ workspaceId }, _args, context) => read(context, (a) => getWorkspace(a, workspaceId)),
      }),
    }),
  });
  builder.objectFields(admin.Administration, (t) => ({
    archives: t.field({
      type: admin.Archives,
      nullable: false,
      args: { ...pageArguments(t), workspace: t.arg.id() },
      resolve: (_, { workspace, ...page }, context) => {
        const workspaceId = workspace == null ? null : numberOf('Workspace', workspace, 'workspace');
        return readPage(context, page, (a, request) => listArchives(a, { ...request, workspaceId }));
      },
    }),
    archive: t.field({
      type: admin.Archive,
      nullable: false,
      args: { id: t.arg.id({ required: true }) },
      resolve: (_, { id }, context) => read(context, (a) => getArchive(a, uuidOf('Archive', id, 'id'))),
    }),
  }));

  defineMutation(kit, 'createArchive', {
    description: 'Makes an archive with clients off (C1), where everybody but guests may do everything (P6).',
    input: (t) => ({ workspace: t.id({ required: true }), name: t.string({ required: true }) }),
    payload: { archive: admin.Archive },
    async resolve({ workspace, name }, context) {
      const input = { workspaceId: numberOf('Workspace', workspace, 'workspace'), name };
      return { archive: await change(context, (a) => createArchive(a, input)) };
    },
  });
  defineMutation(kit, 'updateArchive', {
    description: 'Renames an archive.',
    input: (t) => ({ id: t.id({ required: true }), name: t.string({ required: true }) }),
    payload: { archive: admin.Archive },
    resolve: async ({ id, name }, context) => ({
      archive: await change(context, (a) => renameArchive(a, uuidOf('Archive', id, 'id'), name)),
    }),
  });
  defineMutation(kit, 'deleteArchive', {
    description: 'Deletes an archive that has neither records, in the trash either, nor folders (else IN_USE).',
    input: (t) => ({ id: t.id({ required: true }) }),
    payload: { deletedId: 'ID' },
    async resolve({ id }, context) {
      await change(context, (a) => deleteArchive(a, uuidOf('Archive', id, 'id')));
      return { deletedId: id };
    },
  });
  defineClientSwitch(kit);
}

/** C2. */
function defineClientSwitch(kit: AdminKit): void {
  const { builder, admin } = kit;
  const First = builder.inputType('FirstAssignmentInput', {
    description: 'Who works for a client from the start.',
    fields: (t) => ({ client: t.id({ required: true }), users: t.idList(), groups: t.idList() }),
  });
  defineMutation(kit, 'enableClients', {
    description: 'Turns clients on: gives the records without a client one, and makes the first assignments (C2).',
    input: (t) => ({
      archive: t.id({ required: true }),
      client: t.id({ description: 'The client of the records that have none; needed if there are any.' }),
      assignments: t.field({ type: [First], required: true }),
    }),
    payload: { archive: admin.Archive, records: 'Int' },
    async resolve({ archive, client, assignments }, context) {
      const input = {
        client: client == null ? null : uuidOf('Client', client, 'client'),
        assignments: assignments.map((one, index) => ({
          client: uuidOf('Client', one.client, `assignments[${index}].client`),
          users: uuidsOf('User', one.users, `assignments[${index}].users`),
          groups: uuidsOf('Group', one.groups, `assignments[${index}].groups`),
        })),
      };
      return change(context, (a) => enableClients(a, uuidOf('Archive', archive, 'archive'), input));
    },
  });
  defineMutation(kit, 'disableClients', {
    description: 'Turns clients off: the records keep theirs, and nothing is filtered by it any more (C2).',
    input: (t) => ({ archive: t.id({ required: true }) }),
    payload: { archive: admin.Archive },
    resolve: async ({ archive }, context) => ({
      archive: await change(context, (a) => disableClients(a, uuidOf('Archive', archive, 'archive'))),
    }),
  });
}
