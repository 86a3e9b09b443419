import { listRightsOf } from '../../administration/applications.ts';
import { getProfile } from '../../administration/profiles.ts';
import {
  assignRights,
  type CopyMode,
  copyRights,
  listAssignments,
  withdrawRights,
} from '../../administration/rights-assignments.ts';
import { getRightsRole } from '../../administration/rights-roles.ts';
import { getUser } from '../../administration/users.ts';
import { encodeId } from '../global-id.ts';
import { change, read, readPage } from './administer.ts';
import { uuidOf, uuidsOf } from './ids.ts';
import { defineMutation } from './mutation.ts';
import { pageArguments } from './page-arguments.ts';
import type { AdminKit } from './types.ts';

export function defineRightsAssignments(kit: AdminKit): void {
  implementAssignment(kit);
  defineQueries(kit);
  defineAssigning(kit);
  defineCopying(kit);
}

function implementAssignment({ admin }: AdminKit): void {
  admin.RightsAssignment.implement({
    description: 'A profile or a rights role, given to a user in a company (R4).',
    fields: (t) => ({
      id: t.id({ nullable: false, resolve: ({ id }) => encodeId('RightsAssignment', id) }),
      user: t.field({
        type: admin.User,
        nullable: false,
        resolve: ({ userId }, _args, context) => read(context, (a) => getUser(a, userId)),
      }),
      company: t.field({
        type: admin.Company,
        nullable: false,
        resolve: ({ companyId: id, companyName: name }) => ({ id, name }),
      }),
      profile: t.field({
        type: admin.Profile,
        description: 'Null where a rights role is assigned.',
        resolve: ({ profileId }, _args, context) =>
          profileId === null ? null : read(context, (a) => getProfile(a, profileId)),
      }),
      rightsRole: t.field({
        type: admin.RightsRole,
        description: 'Null where a profile is assigned.',
        resolve: ({ rightsRoleId }, _args, context) =>
          rightsRoleId === null ? null : read(context, (a) => getRightsRole(a, rightsRoleId)),
      }),
    }),
  });
}

function defineQueries({ builder, types, admin }: AdminKit): void {
  builder.objectFields(admin.Administration, (t) => ({
    rightsAssignments: t.field({
      type: admin.RightsAssignments,
      nullable: false,
      description: 'Assignments that meet all that is given, by the user’s name.',
      args: {
        ...pageArguments(t),
        user: t.arg.id(),
        company: t.arg.id(),
        profile: t.arg.id({ description: 'Also those of the rights roles that it is in.' }),
        rightsRole: t.arg.id(),
      },
      resolve(_, { user, company, profile, rightsRole, ...page }, context) {
        const filter = {
          user: user == null ? null : uuidOf('User', user, 'user'),
          company: company == null ? null : uuidOf('Company', company, 'company'),
          profile: profile == null ? null : uuidOf('Profile', profile, 'profile'),
          rightsRole: rightsRole == null ? null : uuidOf('RightsRole', rightsRole, 'rightsRole'),
        };
        return readPage(context, page, (a, request) => listAssignments(a, filter, request));
      },
    }),
  }));
  builder.objectFields(admin.User, (t) => ({
    applications: t.field({
      type: [types.CompanyApplication],
      nullable: { list: false, items: false },
      description:
        'The applications in which the user has any right, with the effective levels (R5); once per company.',
      args: { company: t.arg.id({ description: 'Only in this company. Without it: in all of them.' }) },
      resolve: ({ id }, { company }, context) =>
        read(context, (a) => listRightsOf(a, id, company == null ? null : uuidOf('Company', company, 'company'))),
    }),
  }));
}

/** R4, R8: many at once, all or nothing. */
function defineAssigning(kit: AdminKit): void {
  const { builder } = kit;
  const Assignment = builder.inputType('RightsAssignmentInput', {
    description: 'What users are to have in a company: a profile, or a rights role.',
    fields: (t) => ({
      users: t.idList({ required: true }),
      company: t.id({ required: true }),
      profile: t.id(),
      rightsRole: t.id(),
    }),
  });
  defineMutation(kit, 'assignRights', {
    description: 'Assigns profiles and rights roles to users; who has one already keeps it (R4).',
    input: (t) => ({ assignments: t.field({ type: [Assignment], required: true }) }),
    payload: { added: 'Int' },
    async resolve(input, context) {
      const assignments = input.assignments.map(({ users, company, profile, rightsRole }, index) => {
        const at = `assignments[${index}]`;
        return {
          users: uuidsOf('User', users, `${at}.users`),
          company: uuidOf('Company', company, `${at}.company`),
          profile: profile == null ? null : uuidOf('Profile', profile, `${at}.profile`),
          rightsRole: rightsRole == null ? null : uuidOf('RightsRole', rightsRole, `${at}.rightsRole`),
        };
      });
      return { added: await change(context, (a) => assignRights(a, assignments)) };
    },
  });
  defineMutation(kit, 'withdrawRights', {
    description: 'Withdraws any number of assignments at once (R8).',
    input: (t) => ({ ids: t.idList({ required: true }) }),
    payload: { withdrawnIds: ['ID'] },
    async resolve({ ids }, context) {
      await change(context, (a) => withdrawRights(a, uuidsOf('RightsAssignment', ids, 'ids')));
      return { withdrawnIds: ids };
    },
  });
}

function defineCopying(kit: AdminKit): void {
  const mode = kit.builder.enumType('CopyMode', {
    values: {
      ADD: { description: 'Who gets them keeps what they have.' },
      REPLACE: { description: 'Who gets them has nothing else afterwards.' },
    } as const satisfies Record<CopyMode, object>,
  });
  defineMutation(kit, 'copyRights', {
    description: 'Gives other users what a user has, in all companies or in one (R8).',
    input: (t) => ({
      from: t.id({ required: true }),
      to: t.idList({ required: true }),
      mode: t.field({ type: mode, required: true }),
      company: t.id(),
    }),
    payload: { added: 'Int', withdrawn: 'Int' },
    resolve: ({ from, to, mode: given, company }, context) =>
      change(context, (a) =>
        copyRights(a, {
          from: uuidOf('User', from, 'from'),
          to: uuidsOf('User', to, 'to'),
          mode: given,
          company: company == null ? null : uuidOf('Company', company, 'company'),
        }),
      ),
  });
}
