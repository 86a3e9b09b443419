import {
  createWorkspace,
  deleteWorkspace,
  getWorkspace,
  listWorkspaces,
  renameWorkspace,
} from '../../administration/workspaces.ts';
import { breakWorkspaceLock, listLocks } from '../../administration/workspace-locks.ts';
import { encodeId } from '../global-id.ts';
import { change, read, readPage } from './administer.ts';
import { numberOf, uuidOf } from './ids.ts';
import { defineMutation } from './mutation.ts';
import { pageArguments } from './page-arguments.ts';
import type { AdminKit } from './types.ts';

export function defineWorkspaces(kit: AdminKit): void {
  const { builder, admin, types } = kit;
  admin.Workspace.implement({
    description: 'A workspace as a setting: it holds archives, clients and planes.',
    fields: (t) => ({
      id: t.id({ nullable: false, resolve: ({ id }) => encodeId('Workspace', id) }),
      name: t.exposeString('name', { nullable: false }),
      company: t.field({
        type: admin.Company,
        nullable: false,
        resolve: ({ companyId, companyName }) => ({ id: companyId, name: companyName }),
      }),
      lock: t.field({
        type: types.WorkspaceLock,
        description: 'Null while the workspace isn’t locked (P11).',
        resolve: async ({ id }, _args, context) => (await read(context, (a) => listLocks(a, [id])))[0],
      }),
    }),
  });
  builder.objectFields(admin.Administration, (t) => ({
    workspaces: t.field({
      type: admin.Workspaces,
      nullable: false,
      args: { ...pageArguments(t), company: t.arg.id() },
      resolve: (_, { company, ...page }, context) => {
        const companyId = company == null ? null : uuidOf('Company', company, 'company');
        return readPage(context, page, (a, request) => listWorkspaces(a, { ...request, companyId }));
      },
    }),
    workspace: t.field({
      type: admin.Workspace,
      nullable: false,
      args: { id: t.arg.id({ required: true }) },
      resolve: (_, { id }, context) => read(context, (a) => getWorkspace(a, numberOf('Workspace', id, 'id'))),
    }),
  }));

  defineMutation(kit, 'createWorkspace', {
    description: 'Makes a workspace with its tables and the plane "Full access" for everybody (A9).',
    input: (t) => ({ company: t.id({ required: true }), name: t.string({ required: true }) }),
    payload: { workspace: admin.Workspace },
    async resolve({ company, name }, context) {
      const input = { companyId: uuidOf('Company', company, 'company'), name };
      return { workspace: await change(context, (a) => createWorkspace(a, kit.definitions, input)) };
    },
  });
  defineMutation(kit, 'updateWorkspace', {
    description: 'Renames a workspace.',
    input: (t) => ({ id: t.id({ required: true }), name: t.string({ required: true }) }),
    payload: { workspace: admin.Workspace },
    resolve: async ({ id, name }, context) => ({
      workspace: await change(context, (a) => renameWorkspace(a, numberOf('Workspace', id, 'id'), name)),
    }),
  });
  defineMutation(kit, 'deleteWorkspace', {
    description: 'Deletes a workspace without archives (else IN_USE), with its planes and clients.',
    input: (t) => ({ id: t.id({ required: true }) }),
    payload: { deletedId: 'ID' },
    async resolve({ id }, context) {
      await change(context, (a) => deleteWorkspace(a, numberOf('Workspace', id, 'id')));
      return { deletedId: id };
    },
  });
  defineMutation(kit, 'breakWorkspaceLock', {
    description: 'Ends anybody’s lock of a workspace; does nothing where there is none (P11). Is logged.',
    input: (t) => ({ workspace: t.id({ required: true }) }),
    payload: { workspace: admin.Workspace },
    async resolve({ workspace }, context) {
      const id = numberOf('Workspace', workspace, 'workspace');
      return {
        workspace: await change(context, async (a) => {
          await breakWorkspaceLock(a, id);
          return getWorkspace(a, id);
        }),
      };
    },
  });
}
