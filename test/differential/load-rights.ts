import type { Queryable } from '../../src/database/queryable.ts';
import { FUNCTIONS, type FunctionEntry, type World } from '../oracle/world.ts';
import { insert } from './load-world.ts';
import { principalColumns, principalOfStored } from './principals.ts';

/** Before everything else goes that they speak of. */
export async function clearRights(owner: Queryable): Promise<void> {
  await owner.query(`
    delete from rowplane.workspace_locks;
    delete from rowplane.function_entries;
    delete from rowplane.rights_assignments;
    delete from rowplane.rights_role_profiles;
    delete from rowplane.rights_roles;
    delete from rowplane.profiles`);
}

/** R1–R5 and P10, once the users are there. */
export async function insertRights(
  owner: Queryable,
  world: World,
  { workspaceId, companyId }: { workspaceId: (name: string) => number; companyId: (name: string) => string },
): Promise<void> {
  await insert(
    owner,
    'rowplane.profiles',
    world.profiles.map(({ id, application }) => ({ id, name: id, application, created_at: world.now })),
  );
  await insert(
    owner,
    'rowplane.profile_rights',
    world.profiles.flatMap(({ id, application, levels }) =>
      Object.entries(levels)
        .filter(([, level]) => level !== 'NONE')
        .map(([right, level]) => ({ profile_id: id, application, right_name: right, level })),
    ),
  );
  await insert(
    owner,
    'rowplane.rights_roles',
    world.rightsRoles.map(({ id }) => ({ id, name: id, created_at: world.now })),
  );
  await insert(
    owner,
    'rowplane.rights_role_profiles',
    world.rightsRoles.flatMap(({ id, profiles }) =>
      profiles.map((profile) => ({ rights_role_id: id, profile_id: profile })),
    ),
  );
  await insert(
    owner,
    'rowplane.rights_assignments',
    world.rightsAssignments.map(({ user, company, given }) => ({
      user_id: user,
      company_id: companyId(company),
      profile_id: 'profile' in given ? given.profile : null,
      rights_role_id: 'profile' in given ? null : given.rightsRole,
      created_at: world.now,
    })),
    { id: 'uuidv7()' },
  );
  await insert(
    owner,
    'rowplane.function_entries',
    world.functionEntries.map(({ workspace, function: name, principal, decision }) => ({
      workspace_id: workspaceId(workspace),
      function: name,
      ...principalColumns(principal),
      decision,
    })),
    { id: 'uuidv7()' },
  );
}

/** P11: last, since a lock lasts as long as its holder may hold it. */
export async function insertLocks(
  owner: Queryable,
  world: World,
  workspaceId: (name: string) => number,
): Promise<void> {
  await insert(
    owner,
    'rowplane.workspace_locks',
    world.locks.map(({ workspace, holder }) => ({
      workspace_id: workspaceId(workspace),
      holder_id: holder,
      reason: 'busy',
      since: world.now,
      judged: 0,
    })),
  );
}

/** P11: the locks as they stand in the tables, as a world has them. */
export async function storedLocks(owner: Queryable, workspaces: ReadonlyMap<number, string>): Promise<World['locks']> {
  const rows = await owner.query<{ workspace: number; holder: string }>(
    'select workspace_id as workspace, holder_id as holder from rowplane.workspace_locks order by 1',
  );
  return rows.map(({ workspace, holder }) => ({ workspace: workspaces.get(workspace)!, holder }));
}

/** P10: what stands in the tables about the functions that worlds know, as text in some order. */
export async function storedFunctions(owner: Queryable, workspaces: ReadonlyMap<number, string>): Promise<string[]> {
  const rows = await owner.query<{
    workspace: number;
    function: string;
    user: string | null;
    group: string | null;
    decision: FunctionEntry['decision'];
  }>(
    'select workspace_id as workspace, function, user_id as user, group_id as group, decision from rowplane.function_entries where function = any ($1)',
    [FUNCTIONS],
  );
  return functionsOf(
    rows.map(({ workspace, function: name, decision, ...principal }) => ({
      workspace: workspaces.get(workspace)!,
      function: name,
      principal: principalOfStored(principal),
      decision,
    })),
  );
}

/** The same of a world. */
export function functionsOf(entries: World['functionEntries']): string[] {
  return entries
    .map((entry) => JSON.stringify([entry.workspace, entry.function, entry.principal, entry.decision]))
    .sort();
}
