import type { Kit } from '../builder.ts';
import { read } from './administer.ts';
import { defineApiKeys } from './api-keys.ts';
import { defineArchives } from './archives.ts';
import { defineClients } from './clients.ts';
import { defineCompanies } from './companies.ts';
import { defineFolderMutations } from './folders.ts';
import { defineFunctions } from './functions.ts';
import { defineGroupGrants } from './group-grants.ts';
import { defineGroups } from './groups.ts';
import { defineLog } from './log.ts';
import { defineOwnership } from './ownership.ts';
import { definePermissions } from './permissions.ts';
import { definePlaneMutations } from './plane-mutations.ts';
import { definePlanes } from './planes.ts';
import { defineProfiles } from './profiles.ts';
import { defineRecordFields } from './record-fields.ts';
import { defineRightsAssignments } from './rights-assignments.ts';
import { defineRightsRoles } from './rights-roles.ts';
import { type AdminKit, createAdminTypes } from './types.ts';
import { defineUsers } from './users.ts';
import { defineWorkspaces } from './workspaces.ts';

/** Administration (U2): everybody but administrators gets FORBIDDEN. */
export function defineAdministration(kit: Kit): void {
  const adminKit: AdminKit = { ...kit, admin: createAdminTypes(kit) };
  adminKit.admin.Administration.implement({ description: 'Settings of the account, for administrators only (U2).' });
  kit.builder.queryField('administration', (t) =>
    t.field({
      type: adminKit.admin.Administration,
      description: 'Lists of administration. FORBIDDEN for everybody but administrators.',
      // Asks already here, so that nobody gets an empty object that looks like permission.
      resolve: (_root, _args, context) => read(context, async () => ({})),
    }),
  );
  defineCompanies(adminKit);
  defineWorkspaces(adminKit);
  defineArchives(adminKit);
  defineClients(adminKit);
  defineUsers(adminKit);
  defineApiKeys(adminKit);
  defineGroups(adminKit);
  definePlanes(adminKit);
  defineGroupGrants(adminKit);
  definePlaneMutations(adminKit);
  defineRecordFields(adminKit);
  defineProfiles(adminKit);
  defineRightsRoles(adminKit);
  defineRightsAssignments(adminKit);
  defineFolderMutations(adminKit);
  definePermissions(adminKit);
  defineOwnership(adminKit);
  defineFunctions(adminKit);
  defineLog(adminKit);
}
