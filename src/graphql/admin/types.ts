import type { Application } from '../../administration/applications.ts';
import type { ApiKey } from '../../administration/api-keys.ts';
import type { Archive } from '../../administration/archives.ts';
import type { Client } from '../../administration/clients.ts';
import type { Company } from '../../administration/companies.ts';
import type { Group } from '../../administration/groups.ts';
import type { LogEntry } from '../../administration/log.ts';
import { PERMISSIONS } from '../../administration/permissions.ts';
import type { Plane } from '../../administration/planes.ts';
import type { Principal } from '../../administration/principals.ts';
import type { Profile } from '../../administration/profiles.ts';
import type { RightsAssignment } from '../../administration/rights-assignments.ts';
import type { RightsRole } from '../../administration/rights-roles.ts';
import type { LevelSource } from '../../compiler/levels.ts';
import type { User } from '../../administration/users.ts';
import type { Workspace } from '../../administration/workspaces.ts';
import type { Kit } from '../builder.ts';
import { defineConnection } from '../connections.ts';

/** Something that was done, and that whoever did it should know about. */
export interface Warning {
  code: string;
  message: string;
}

/**
 * The types of administration, before they have fields, so that nouns can refer to each other. What viewers have under
 * the same noun (their archives, the clients they may choose) is another type: administration is not sight (U2).
 */
export function createAdminTypes(kit: Kit) {
  const { builder } = kit;
  const refs = {
    /** The root of all queries of administration; it holds nothing itself. */
    Administration: builder.objectRef<object>('Administration'),
    Company: kit.types.Company,
    Workspace: builder.objectRef<Workspace>('WorkspaceSettings'),
    Archive: builder.objectRef<Archive>('ArchiveSettings'),
    Client: builder.objectRef<Client>('ClientSettings'),
    User: builder.objectRef<User>('Account'),
    Group: builder.objectRef<Group>('Group'),
    ApiKey: builder.objectRef<ApiKey>('ApiKey'),
    Plane: builder.objectRef<Plane>('Plane'),
    Application: builder.objectRef<Application>('Application'),
    Profile: builder.objectRef<Profile>('Profile'),
    RightsRole: builder.objectRef<RightsRole>('RightsRole'),
    RightsAssignment: builder.objectRef<RightsAssignment>('RightsAssignment'),
    Principal: builder.objectRef<Principal>('Principal'),
    Permission: builder.enumType('Permission', { description: 'P1.', values: PERMISSIONS }),
    /** P2, P4. */
    Decision: builder.enumType('PermissionDecision', {
      description: 'P2, P4: a DENY that reaches somebody overrules every ALLOW.',
      values: {
        ALLOW: {},
        DENY: {},
        UNSPECIFIED: { description: 'Nothing is said, so nothing is allowed.' },
      } as const,
    }),
    LogEntry: builder.objectRef<LogEntry>('LogEntry'),
    LevelSource: builder.objectRef<LevelSource>('LevelSource'),
    Warning: builder.objectRef<Warning>('Warning').implement({
      description: 'Something that was done, and that whoever did it should know about.',
      fields: (t) => ({
        code: t.exposeString('code', { nullable: false }),
        message: t.exposeString('message', { nullable: false }),
      }),
    }),
  };
  return {
    ...refs,
    Companies: defineConnection<Company>(kit, 'Company', refs.Company),
    Workspaces: defineConnection<Workspace>(kit, 'WorkspaceSettings', refs.Workspace),
    Archives: defineConnection<Archive>(kit, 'ArchiveSettings', refs.Archive),
    Clients: defineConnection<Client>(kit, 'ClientSettings', refs.Client),
    Users: defineConnection<User>(kit, 'Account', refs.User),
    Groups: defineConnection<Group>(kit, 'Group', refs.Group),
    ApiKeys: defineConnection<ApiKey>(kit, 'ApiKey', refs.ApiKey),
    Planes: defineConnection<Plane>(kit, 'Plane', refs.Plane),
    Profiles: defineConnection<Profile>(kit, 'Profile', refs.Profile),
    RightsRoles: defineConnection<RightsRole>(kit, 'RightsRole', refs.RightsRole),
    RightsAssignments: defineConnection<RightsAssignment>(kit, 'RightsAssignment', refs.RightsAssignment),
    Log: defineConnection<LogEntry>(kit, 'LogEntry', refs.LogEntry),
    Principals: defineConnection<Principal>(kit, 'Principal', refs.Principal),
  };
}

export type AdminTypes = ReturnType<typeof createAdminTypes>;

/** What every noun of administration gets. */
export interface AdminKit extends Kit {
  admin: AdminTypes;
}
