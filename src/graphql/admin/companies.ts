import {
  createCompany,
  deleteCompany,
  getCompany,
  listCompanies,
  renameCompany,
} from '../../administration/companies.ts';
import { encodeId } from '../global-id.ts';
import { change, read, readPage } from './administer.ts';
import { uuidOf } from './ids.ts';
import { defineMutation } from './mutation.ts';
import { pageArguments } from './page-arguments.ts';
import type { AdminKit } from './types.ts';

export function defineCompanies(kit: AdminKit): void {
  const { builder, admin } = kit;
  admin.Company.implement({
    description: 'A legal entity; workspaces belong to it.',
    fields: (t) => ({
      id: t.id({ nullable: false, resolve: ({ id }) => encodeId('Company', id) }),
      name: t.exposeString('name', { nullable: false }),
    }),
  });
  builder.objectFields(admin.Administration, (t) => ({
    companies: t.field({
      type: admin.Companies,
      nullable: false,
      args: pageArguments(t),
      resolve: (_, args, context) => readPage(context, args, listCompanies),
    }),
    company: t.field({
      type: admin.Company,
      nullable: false,
      args: { id: t.arg.id({ required: true }) },
      resolve: (_, { id }, context) => read(context, (a) => getCompany(a, uuidOf('Company', id, 'id'))),
    }),
  }));

  defineMutation(kit, 'createCompany', {
    description: 'Makes a company.',
    input: (t) => ({ name: t.string({ required: true }) }),
    payload: { company: admin.Company },
    resolve: async (input, context) => ({ company: await change(context, (a) => createCompany(a, input)) }),
  });
  defineMutation(kit, 'updateCompany', {
    description: 'Renames a company.',
    input: (t) => ({ id: t.id({ required: true }), name: t.string({ required: true }) }),
    payload: { company: admin.Company },
    resolve: async ({ id, name }, context) => ({
      company: await change(context, (a) => renameCompany(a, uuidOf('Company', id, 'id'), name)),
    }),
  });
  defineMutation(kit, 'deleteCompany', {
    description: 'Deletes a company without workspaces (else IN_USE).',
    input: (t) => ({ id: t.id({ required: true }) }),
    payload: { deletedId: 'ID' },
    async resolve({ id }, context) {
      await change(context, (a) => deleteCompany(a, uuidOf('Company', id, 'id')));
      return { deletedId: id };
    },
  });
}
