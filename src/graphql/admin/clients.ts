import {
  type AssignmentInput,
  assignClient,
  listAssignable,
  listAssigned,
  unassignClient,
  type Warning,
} from '../../administration/client-assignments.ts';
import { createClient, deleteClient, getClient, listClients, renameClient } from '../../administration/clients.ts';
import { getWorkspace } from '../../administration/workspaces.ts';
import { encodeId } from '../global-id.ts';
import { change, read, readPage } from './administer.ts';
import { numberOf, uuidOf, uuidsOf } from './ids.ts';
import { defineMutation } from './mutation.ts';
import { pageArguments } from './page-arguments.ts';
import type { AdminKit } from './types.ts';

export function defineClients(kit: AdminKit): void {
  const { builder, admin } = kit;
  admin.Principal.implement({
    description: 'A user or a group, as something that can be given something.',
    fields: (t) => ({
      id: t.id({ nullable: false, resolve: ({ kind, id }) => encodeId(kind === 'USER' ? 'User' : 'Group', id) }),
      kind: t.field({
        type: builder.enumType('PrincipalKind', { values: ['USER', 'GROUP'] as const }),
        nullable: false,
        resolve: ({ kind }) => kind,
      }),
      name: t.exposeString('name', { nullable: false }),
    }),
  });
  admin.Client.implement({
    description: 'A client as a setting, with who works for it (C4).',
    fields: (t) => ({
      id: t.id({ nullable: false, resolve: ({ id }) => encodeId('Client', id) }),
      name: t.exposeString('name', { nullable: false }),
      workspace: t.field({
        type: admin.Workspace,
        nullable: false,
        resolve: ({ workspaceId }, _args, context) => read(context, (a) => getWorkspace(a, workspaceId)),
      }),
      assigned: t.field({
        type: admin.Principals,
        nullable: false,
        description: 'Who works for the client in an archive (C4).',
        args: { archive: t.arg.id({ required: true }), ...pageArguments(t) },
        resolve: ({ id }, { archive, ...page }, context) => {
          const place = { client: id, archive: uuidOf('Archive', archive, 'archive') };
          return readPage(context, page, (a, request) => listAssigned(a, place, request));
        },
      }),
      assignable: t.field({
        type: admin.Principals,
        nullable: false,
        description: 'Who could be assigned to the client in an archive besides (C4).',
        args: { archive: t.arg.id({ required: true }), ...pageArguments(t) },
        resolve: ({ id }, { archive, ...page }, context) => {
          const place = { client: id, archive: uuidOf('Archive', archive, 'archive') };
          return readPage(context, page, (a, request) => listAssignable(a, place, request));
        },
      }),
    }),
  });
  builder.objectFields(admin.Administration, (t) => ({
    clients: t.field({
      type: admin.Clients,
      nullable: false,
      args: { ...pageArguments(t), workspace: t.arg.id() },
      resolve: (_, { workspace, ...page }, context) => {
        const workspaceId = workspace == null ? null : numberOf('Workspace', workspace, 'workspace');
        return readPage(context, page, (a, request) => listClients(a, { ...request, workspaceId }));
      },
    }),
    client: t.field({
      type: admin.Client,
      nullable: false,
      args: { id: t.arg.id({ required: true }) },
      resolve: (_, { id }, context) => read(context, (a) => getClient(a, uuidOf('Client', id, 'id'))),
    }),
  }));

  defineMutation(kit, 'createClient', {
    description: 'Makes a client of a workspace.',
    input: (t) => ({ workspace: t.id({ required: true }), name: t.string({ required: true }) }),
    payload: { client: admin.Client },
    async resolve({ workspace, name }, context) {
      const input = { workspaceId: numberOf('Workspace', workspace, 'workspace'), name };
      return { client: await change(context, (a) => createClient(a, input)) };
    },
  });
  defineMutation(kit, 'updateClient', {
    description: 'Renames a client.',
    input: (t) => ({ id: t.id({ required: true }), name: t.string({ required: true }) }),
    payload: { client: admin.Client },
    resolve: async ({ id, name }, context) => ({
      client: await change(context, (a) => renameClient(a, uuidOf('Client', id, 'id'), name)),
    }),
  });
  defineMutation(kit, 'deleteClient', {
    description:
      'Deletes a client without records (else IN_USE), with its assignments (C9). Needs "confirm" where that takes the viewer’s own EDIT_PERMISSIONS (P7).',
    input: (t) => ({ id: t.id({ required: true }), confirm: t.boolean() }),
    payload: { deletedId: 'ID' },
    async resolve({ id, confirm }, context) {
      await change(context, (a) => deleteClient(a, uuidOf('Client', id, 'id'), confirm ?? false));
      return { deletedId: id };
    },
  });
  defineAssignments(kit);
}

/** C4: many at once, all or nothing. */
function defineAssignments(kit: AdminKit): void {
  const { builder, admin } = kit;
  const Assignment = builder.inputType('ClientAssignmentInput', {
    description: 'Users and groups that work for a client in an archive.',
    fields: (t) => ({
      client: t.id({ required: true }),
      archive: t.id({ required: true }),
      users: t.idList(),
      groups: t.idList(),
    }),
  });
  type Given = { client: string; archive: string; users?: string[] | null; groups?: string[] | null };
  const assignmentsOf = (given: Given[]): AssignmentInput[] =>
    given.map(({ client, archive, users, groups }, index) => ({
      client: uuidOf('Client', client, `assignments[${index}].client`),
      archive: uuidOf('Archive', archive, `assignments[${index}].archive`),
      users: uuidsOf('User', users, `assignments[${index}].users`),
      groups: uuidsOf('Group', groups, `assignments[${index}].groups`),
    }));

  defineMutation(kit, 'assignClients', {
    description: 'Assigns users and groups to clients; who is assigned already stays so (C4).',
    input: (t) => ({ assignments: t.field({ type: [Assignment], required: true }) }),
    payload: { clients: [admin.Client] },
    async resolve(input, context) {
      const assignments = assignmentsOf(input.assignments);
      return change(context, async (a) => {
        for (const [index, assignment] of assignments.entries()) {
          await assignClient(a, assignment, `assignments[${index}].`);
        }
        return { clients: await clientsOf(assignments, (id) => getClient(a, id)) };
      });
    },
  });
  defineMutation(kit, 'unassignClients', {
    description:
      'Takes assignments away; warns where a client’s last one in an archive goes (C9). Needs "confirm" where that takes the viewer’s own EDIT_PERMISSIONS (P7).',
    input: (t) => ({ assignments: t.field({ type: [Assignment], required: true }), confirm: t.boolean() }),
    payload: { clients: [admin.Client], warnings: [admin.Warning] },
    async resolve(input, context) {
      const assignments = assignmentsOf(input.assignments);
      return change(context, async (a) => {
        const warnings: Warning[] = [];
        for (const [index, assignment] of assignments.entries()) {
          warnings.push(...(await unassignClient(a, assignment, `assignments[${index}].`, input.confirm ?? false)));
        }
        return { clients: await clientsOf(assignments, (id) => getClient(a, id)), warnings };
      });
    },
  });
}

/** The clients of assignments, each once. */
async function clientsOf<T>(assignments: AssignmentInput[], get: (id: string) => Promise<T>): Promise<T[]> {
  const clients: T[] = [];
  for (const id of new Set(assignments.map(({ client }) => client))) clients.push(await get(id));
  return clients;
}
