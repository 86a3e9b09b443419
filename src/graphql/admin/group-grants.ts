import { getArchive } from '../../administration/archives.ts';
import { getClient } from '../../administration/clients.ts';
import {
  type GroupClient,
  type GroupEntries,
  type GroupFunction,
  listGroupClients,
  listGroupEntries,
  listGroupFunctions,
} from '../../administration/group-grants.ts';
import { listPlanes } from '../../administration/planes.ts';
import { getWorkspace } from '../../administration/workspaces.ts';
import { read, readPage } from './administer.ts';
import { pageArguments } from './page-arguments.ts';
import type { AdminKit } from './types.ts';

const LIST = { nullable: { list: false, items: false } } as const;

/** What a group was given itself; what it inherits, its parents show. */
export function defineGroupGrants(kit: AdminKit): void {
  const { builder, admin, definitions } = kit;
  const { Client, Entries, Function } = grantTypes(kit);
  builder.objectFields(admin.Group, (t) => ({
    planes: t.field({
      type: admin.Planes,
      nullable: false,
      description: 'The planes that the group is assigned to itself (A6), in all workspaces.',
      args: pageArguments(t),
      resolve: ({ id: group }, page, context) =>
        readPage(context, page, (a, request) => listPlanes(a, definitions, { ...request, group })),
    }),
    clients: t.field({
      type: [Client],
      ...LIST,
      description: 'The clients that the group is assigned to itself (C4), by archive.',
      resolve: ({ id }, _args, context) => read(context, (a) => listGroupClients(a, id)),
    }),
    entries: t.field({
      type: [Entries],
      ...LIST,
      description: 'How many entries on archives, folders and records name the group (P2), by archive.',
      resolve: ({ id }, _args, context) => read(context, (a) => listGroupEntries(a, id)),
    }),
    functions: t.field({
      type: [Function],
      ...LIST,
      description: 'What is decided about the group and functions (P10), by workspace.',
      resolve: ({ id }, _args, context) => read(context, (a) => listGroupFunctions(a, id)),
    }),
  }));
}

function grantTypes({ builder, admin }: AdminKit) {
  const archive = { type: admin.Archive, nullable: false } as const;
  const Client = builder.objectRef<GroupClient>('GroupClient').implement({
    description: 'A client that a group works for in an archive.',
    fields: (t) => ({
      client: t.field({
        type: admin.Client,
        nullable: false,
        resolve: ({ clientId }, _args, context) => read(context, (a) => getClient(a, clientId)),
      }),
      archive: t.field({
        ...archive,
        resolve: ({ archiveId }, _args, context) => read(context, (a) => getArchive(a, archiveId)),
      }),
    }),
  });
  const Entries = builder.objectRef<GroupEntries>('GroupEntries').implement({
    description: 'Entries of a group in an archive that say the same; where exactly, those see who may edit them (U2).',
    fields: (t) => ({
      archive: t.field({
        ...archive,
        resolve: ({ archiveId }, _args, context) => read(context, (a) => getArchive(a, archiveId)),
      }),
      permission: t.field({ type: admin.Permission, nullable: false, resolve: ({ permission }) => permission }),
      decision: t.field({ type: admin.Decision, nullable: false, resolve: ({ decision }) => decision }),
      count: t.exposeInt('count', { nullable: false }),
    }),
  });
  const Function = builder.objectRef<GroupFunction>('GroupFunction').implement({
    description: 'What a workspace says of a group and a function.',
    fields: (t) => ({
      workspace: t.field({
        type: admin.Workspace,
        nullable: false,
        resolve: ({ workspaceId }, _args, context) => read(context, (a) => getWorkspace(a, workspaceId)),
      }),
      function: t.exposeString('function', { nullable: false }),
      decision: t.field({ type: admin.Decision, nullable: false, resolve: ({ decision }) => decision }),
    }),
  });
  return { Client, Entries, Function };
}
