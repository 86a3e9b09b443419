import {
  effectiveFunction,
  type EffectiveFunction,
  type FunctionEntry,
  listFunctions,
  setFunctions,
  type WorkspaceFunction,
} from '../../administration/functions.ts';
import { getWorkspace } from '../../administration/workspaces.ts';
import { encodeId } from '../global-id.ts';
import { change, read } from './administer.ts';
import { numberOf, principalOf } from './ids.ts';
import { defineMutation } from './mutation.ts';
import type { AdminKit } from './types.ts';

/** P10: who may use which function in a workspace. */
export function defineFunctions(kit: AdminKit): void {
  const { builder, admin } = kit;
  const { Settings, Effective } = functionTypes(kit);
  builder.objectFields(admin.Administration, (t) => ({
    functions: t.field({
      type: [Settings],
      nullable: { list: false, items: false },
      description: 'All functions, with what is decided about them in a workspace.',
      args: { workspace: t.arg.id({ required: true }) },
      resolve: (_, { workspace }, context) =>
        read(context, async (a) => {
          const { id } = await getWorkspace(a, numberOf('Workspace', workspace, 'workspace'));
          return listFunctions(a, id);
        }),
    }),
    effectiveFunction: t.field({
      type: Effective,
      nullable: false,
      description: 'What is in force for a user or group about a function, and by which entries (P4).',
      args: {
        workspace: t.arg.id({ required: true }),
        function: t.arg.string({ required: true }),
        principal: t.arg.id({ required: true, description: 'A user or a group, built-in ones too.' }),
      },
      resolve: (_, { workspace, function: name, principal }, context) =>
        read(context, (a) =>
          effectiveFunction(
            a,
            numberOf('Workspace', workspace, 'workspace'),
            name,
            principalOf(principal, 'principal'),
          ),
        ),
    }),
  }));

  const Change = builder.inputType('FunctionChangeInput', {
    description: 'What a workspace is to say of a principal and a function.',
    fields: (t) => ({
      function: t.string({ required: true, description: 'Its name, such as IMPORT.' }),
      principal: t.id({ required: true, description: 'A user or a group, built-in ones too.' }),
      decision: t.field({ type: admin.Decision, description: 'Null or UNSPECIFIED takes the entry back.' }),
    }),
  });
  defineMutation(kit, 'setFunctions', {
    description: 'Sets, changes and takes back who may use functions of a workspace, all or nothing (P10).',
    input: (t) => ({
      workspace: t.id({ required: true }),
      changes: t.field({ type: [Change], required: true }),
    }),
    payload: { functions: [Settings], warnings: [admin.Warning] },
    async resolve({ workspace, changes }, context) {
      const id = numberOf('Workspace', workspace, 'workspace');
      const given = changes.map(({ principal, decision, ...rest }, index) => ({
        ...rest,
        principal: principalOf(principal, `changes[${index}].principal`),
        decision: decision === 'UNSPECIFIED' || decision == null ? null : decision,
      }));
      return change(context, async (a) => {
        const warnings = await setFunctions(a, id, given);
        return { functions: await listFunctions(a, id), warnings };
      });
    },
  });
}

function functionTypes({ builder, admin }: AdminKit) {
  const Entry = builder.objectRef<FunctionEntry>('FunctionEntry').implement({
    description: 'What a workspace says of a principal and a function (P2, P10).',
    fields: (t) => ({
      id: t.id({ nullable: false, resolve: ({ id }) => encodeId('FunctionEntry', id) }),
      principal: t.field({ type: admin.Principal, nullable: false, resolve: ({ principal }) => principal }),
      decision: t.field({ type: admin.Decision, nullable: false, resolve: ({ decision }) => decision }),
    }),
  });
  const Settings = builder.objectRef<WorkspaceFunction>('FunctionSettings').implement({
    description: 'A function of a workspace as a setting: a permission on the whole workspace (P10).',
    fields: (t) => ({
      name: t.exposeString('name', { nullable: false }),
      title: t.exposeString('title', { nullable: false }),
      entries: t.field({
        type: [Entry],
        nullable: { list: false, items: false },
        resolve: ({ entries }) => entries,
      }),
    }),
  });
  const Effective = builder.objectRef<EffectiveFunction>('EffectiveFunction').implement({
    description: 'What is in force for a principal about a function (P4).',
    fields: (t) => ({
      decision: t.field({
        type: admin.Decision,
        nullable: false,
        description: 'Of the entries alone.',
        resolve: ({ decision }) => decision,
      }),
      allowed: t.exposeBoolean('allowed', {
        nullable: false,
        description: 'With what goes without entries: a guest has no function that creates something (U4).',
      }),
      entries: t.field({
        type: [Entry],
        nullable: { list: false, items: false },
        description: 'Every entry that contributed, denials first.',
        resolve: ({ entries }) => entries,
      }),
    }),
  });
  return { Settings, Effective };
}
