import type { NewUser } from '../../administration/users.ts';
import type { Kit, SchemaTypes } from '../builder.ts';
import { uuidsOf } from './ids.ts';

type Types = PothosSchemaTypes.ExtendDefaultTypes<SchemaTypes>;
type InputBuilder = PothosSchemaTypes.InputFieldBuilder<Types, 'InputObject'>;

/** What is said of an account that is made, alone or with others. */
export function newUserFields(role: Kit['types']['UserRole']) {
  return (t: InputBuilder) => ({
    name: t.string({ required: true }),
    role: t.field({ type: role, required: true }),
    displayName: t.string(),
    email: t.string(),
    workflowAccess: t.boolean(),
    groups: t.idList(),
    service: t.boolean({ description: 'A service account (U11): for a program, which comes with an API key.' }),
  });
}

/** The same with the uuids of the groups; `at` is put before the path of a wrong one. */
export function newUserOf<T extends Omit<NewUser, 'groups'> & { groups?: readonly string[] | null | undefined }>(
  { groups, ...input }: T,
  at = '',
): NewUser {
  return { ...input, groups: uuidsOf('Group', groups, `${at}groups`) };
}
