import { type Application, getApplication, listApplications } from '../../administration/applications.ts';
import { listProfileRights, setAllProfileRights, setProfileRights } from '../../administration/profile-rights.ts';
import {
  createProfile,
  deleteProfile,
  duplicateProfile,
  getProfile,
  listProfiles,
  renameProfile,
} from '../../administration/profiles.ts';
import { listAssignments } from '../../administration/rights-assignments.ts';
import { listRightsRolesOf } from '../../administration/rights-roles.ts';
import { encodeId } from '../global-id.ts';
import { change, read, readPage } from './administer.ts';
import { uuidOf } from './ids.ts';
import { defineMutation } from './mutation.ts';
import { pageArguments } from './page-arguments.ts';
import type { AdminKit } from './types.ts';

export function defineProfiles(kit: AdminKit): void {
  const { builder, admin } = kit;
  defineApplication(kit);
  implementProfile(kit);
  builder.objectFields(admin.Administration, (t) => ({
    applications: t.field({
      type: [admin.Application],
      nullable: { list: false, items: false },
      description: 'The applications and rights that schema/rights.ts declares (R1).',
      resolve: (_, _args, context) => read(context, listApplications),
    }),
    profiles: t.field({
      type: admin.Profiles,
      nullable: false,
      args: { ...pageArguments(t), application: t.arg.string({ description: 'Only those of this application.' }) },
      resolve: (_, { application, ...page }, context) =>
        readPage(context, page, (a, request) => listProfiles(a, { ...request, application: application ?? null })),
    }),
    profile: t.field({
      type: admin.Profile,
      nullable: false,
      args: { id: t.arg.id({ required: true }) },
      resolve: (_, { id }, context) => read(context, (a) => getProfile(a, uuidOf('Profile', id, 'id'))),
    }),
  }));
  defineProfileMutations(kit);
  defineLevelMutations(kit);
}

function defineApplication({ builder, admin }: AdminKit): void {
  const right = builder.objectRef<Application['rights'][number]>('Right').implement({
    description: 'Something that profiles allow, at a level (R1).',
    fields: (t) => ({
      name: t.exposeString('name', { nullable: false }),
      title: t.exposeString('title', { nullable: false }),
    }),
  });
  admin.Application.implement({
    description: 'An application has rights; a right may stand in several (R1).',
    fields: (t) => ({
      name: t.exposeString('name', { nullable: false }),
      title: t.exposeString('title', { nullable: false }),
      rights: t.field({ type: [right], nullable: { list: false, items: false }, resolve: ({ rights }) => rights }),
    }),
  });
}

function implementProfile({ admin, types }: AdminKit): void {
  admin.Profile.implement({
    description: 'A rights profile: a level for each right of its application (R2).',
    fields: (t) => ({
      id: t.id({ nullable: false, resolve: ({ id }) => encodeId('Profile', id) }),
      name: t.exposeString('name', { nullable: false }),
      application: t.field({
        type: admin.Application,
        nullable: false,
        resolve: ({ application }, _args, context) => read(context, (a) => getApplication(a, application)),
      }),
      rights: t.field({
        type: [types.RightAtLevel],
        nullable: { list: false, items: false },
        description: 'All rights of the application, with their levels.',
        resolve: ({ id }, _args, context) => read(context, (a) => listProfileRights(a, id)),
      }),
      assignmentCount: t.exposeInt('assignmentCount', {
        description: 'How many assignments give it, those through rights roles included; null if it is unused (R8).',
      }),
      assignments: t.field({
        type: admin.RightsAssignments,
        nullable: false,
        description: 'The assignments that give it, those through rights roles included.',
        args: pageArguments(t),
        resolve: ({ id }, page, context) =>
          readPage(context, page, (a, request) => listAssignments(a, { profile: id }, request)),
      }),
      rightsRoles: t.field({
        type: [admin.RightsRole],
        nullable: { list: false, items: false },
        description: 'The rights roles that it is in.',
        resolve: ({ id }, _args, context) => read(context, (a) => listRightsRolesOf(a, id)),
      }),
    }),
  });
}

function defineProfileMutations(kit: AdminKit): void {
  const { Profile } = kit.admin;
  defineMutation(kit, 'createProfile', {
    description: 'Makes a profile with every right of its application at NONE (R2).',
    input: (t) => ({ name: t.string({ required: true }), application: t.string({ required: true }) }),
    payload: { profile: Profile },
    resolve: async (input, context) => ({ profile: await change(context, (a) => createProfile(a, input)) }),
  });
  defineMutation(kit, 'updateProfile', {
    description: 'Renames a profile.',
    input: (t) => ({ id: t.id({ required: true }), name: t.string({ required: true }) }),
    payload: { profile: Profile },
    resolve: async ({ id, name }, context) => ({
      profile: await change(context, (a) => renameProfile(a, uuidOf('Profile', id, 'id'), name)),
    }),
  });
  defineMutation(kit, 'duplicateProfile', {
    description: 'Makes a profile with the levels of another one; it is assigned to nobody (R8).',
    input: (t) => ({ id: t.id({ required: true }), name: t.string({ required: true }) }),
    payload: { profile: Profile },
    resolve: async ({ id, name }, context) => ({
      profile: await change(context, (a) => duplicateProfile(a, uuidOf('Profile', id, 'id'), name)),
    }),
  });
  defineMutation(kit, 'deleteProfile', {
    description: 'Deletes a profile that is neither assigned nor in a rights role (else IN_USE with the list, R8).',
    input: (t) => ({ id: t.id({ required: true }) }),
    payload: { deletedId: 'ID' },
    async resolve({ id }, context) {
      await change(context, (a) => deleteProfile(a, uuidOf('Profile', id, 'id')));
      return { deletedId: id };
    },
  });
}

function defineLevelMutations(kit: AdminKit): void {
  const { builder, types, admin } = kit;
  const Level = builder.inputType('RightLevelInput', {
    fields: (t) => ({
      right: t.string({ required: true, description: 'The name of a right of the profile’s application.' }),
      level: t.field({ type: types.RightLevel, required: true }),
    }),
  });
  defineMutation(kit, 'setProfileRights', {
    description: 'Sets the levels of some rights of a profile, and leaves the others (R2).',
    input: (t) => ({ profile: t.id({ required: true }), rights: t.field({ type: [Level], required: true }) }),
    payload: { profile: admin.Profile },
    resolve: async ({ profile, rights }, context) => ({
      profile: await change(context, (a) => setProfileRights(a, uuidOf('Profile', profile, 'profile'), rights)),
    }),
  });
  defineMutation(kit, 'setAllProfileRights', {
    description: 'Sets every right of a profile to one level (R8).',
    input: (t) => ({ profile: t.id({ required: true }), level: t.field({ type: types.RightLevel, required: true }) }),
    payload: { profile: admin.Profile },
    resolve: async ({ profile, level }, context) => ({
      profile: await change(context, (a) => setAllProfileRights(a, uuidOf('Profile', profile, 'profile'), level)),
    }),
  });
}
