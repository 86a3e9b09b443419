import type { Administration } from '../access/administrators.ts';
import { Refusal, invalid } from '../access/refusals.ts';
import type { Queryable } from '../database/queryable.ts';
import { collectProblems, nameProblem, refusingTaken } from './input.ts';
import { guardLastPlanes } from './last-planes.ts';
import { guardOwnPermissions } from './own-permissions.ts';
import { listByName } from './pages.ts';
import type { Page, PageRequest } from './pages.ts';
import { checkPrincipals } from './principals.ts';

export const ROLES = ['ADMINISTRATOR', 'INTERNAL', 'EXTERNAL', 'GUEST'] as const;

/** U1: the one account role of a user. */
export type AccountRole = (typeof ROLES)[number];

export interface User {
  id: string;
  /** The name to sign in with. */
  name: string;
  displayName: string;
  email: string | null;
  role: AccountRole;
  /** U10. */
  workflowAccess: boolean;
  /** U11: a user for a program, who comes with an API key. It stays what it was made as. */
  service: boolean;
  /** U7: whether the account may look now. */
  blocked: boolean;
  /** ISO 8601 in UTC; null while not blocked, and when blocked for good. */
  blockedUntil: string | null;
}

export interface UserInput {
  name?: string | null;
  displayName?: string | null;
  email?: string | null;
  role?: AccountRole | null;
  workflowAccess?: boolean | null;
}

/** Users as the API shows them; the table is `u`. */
export const USERS = `
  select u.id, u.name, u.display_name as "displayName", u.email, u.role, u.workflow_access as "workflowAccess", u.service,
    not u.active or coalesce(u.blocked_until > now(), false) as blocked,
    case when u.active and u.blocked_until > now() and u.blocked_until < 'infinity'
      then to_char(u.blocked_until at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"') end as "blockedUntil"
  from rowplane.users u`;

const taken = {
  users_name_key: { path: 'name', message: 'is the name of another user' },
  users_email_key: { path: 'email', message: 'is the address of another user' },
};

export function listUsers(
  a: Administration,
  request: PageRequest & { role?: AccountRole | null } = {},
): Promise<Page<User>> {
  const searched = `concat_ws(' ', name, "displayName", email)`;
  const select = `${USERS} where $1::text is null or u.role = $1`;
  return listByName(a, { select, values: [request.role ?? null], idType: 'uuid', searched }, request);
}

/** Throws NOT_FOUND. */
export async function getUser(a: Administration, id: string): Promise<User> {
  return only(await a.query<User>(`${USERS} where u.id = $1`, [id]));
}

/** What a change made of a user. Read as the owner: who blocks or demotes themself administers nothing any more, and is answered all the same. */
async function changedUser(a: Administration, id: string): Promise<User> {
  return only(await a.asOwner((owner) => owner.query<User>(`${USERS} where u.id = $1`, [id])));
}

function only([user]: readonly User[]): User {
  if (!user) throw new Refusal('NOT_FOUND', 'There is no such user.', { path: 'user' });
  return user;
}

export type NewUser = UserInput & {
  name: string;
  role: AccountRole;
  groups?: readonly string[] | null;
  service?: boolean | null;
};

/** Makes an account, without a password of its own yet; it can sign in by an identity provider that names it. */
export async function createUser(a: Administration, input: NewUser): Promise<User> {
  const { name, displayName, email, role, workflowAccess } = checkUser(input);
  const groups = input.groups ?? [];
  await checkPrincipals(a, { groups });
  const [row] = await refusingTaken(taken, () =>
    a.query<{ id: string }>(
      `insert into rowplane.users (name, display_name, email, role, workflow_access, service) values ($1, $2, $3, $4, $5, $6) returning id`,
      [name, displayName ?? '', email ?? null, role, workflowAccess ?? false, input.service ?? false],
    ),
  );
  const { id } = row as { id: string };
  await a.query('insert into rowplane.group_members (group_id, user_id) select unnest($1::uuid[]), $2', [groups, id]);
  return getUser(a, id);
}

/**
 * The first administrator of an account, made by the owner of the database since nobody else is there to do it.
 * Null where there is one already.
 */
export async function createFirstAdministrator(
  owner: Queryable,
  input: UserInput & { name: string },
): Promise<User | null> {
  const { name, displayName, email, workflowAccess } = checkUser(input);
  const [row] = await refusingTaken(taken, () =>
    owner.query<{ id: string }>(
      `insert into rowplane.users (name, display_name, email, role, workflow_access)
       select $1, $2, $3, 'ADMINISTRATOR', $4
       where not exists (select from rowplane.users u where rowplane.role_of(u.id) = 'ADMINISTRATOR') returning id`,
      [name, displayName ?? '', email ?? null, workflowAccess ?? false],
    ),
  );
  if (!row) return null;
  const [user] = await owner.query<User>(`${USERS} where u.id = $1`, [row.id]);
  return user ?? null;
}

/** The role, if it is one; else VALIDATION_FAILED. */
export function checkRole(role: string | undefined): AccountRole {
  const known = ROLES.find((one) => one === role);
  if (!known) throw invalid([{ path: 'role', message: `must be one of ${ROLES.join(', ')}` }]);
  return known;
}

/**
 * Changes what is given. U7: the last active administrator keeps the role (LOCKED_OUT); the database sees to it.
 * A9, P7: another role may take the last plane in a workspace, or one's own EDIT_PERMISSIONS, which needs `confirm`.
 */
export async function updateUser(a: Administration, id: string, input: UserInput, confirm = false): Promise<User> {
  const before = await getUser(a, id);
  const after = checkUser({
    name: input.name ?? before.name,
    displayName: input.displayName ?? before.displayName,
    email: input.email === undefined ? before.email : input.email,
    role: input.role ?? before.role,
    workflowAccess: input.workflowAccess ?? before.workflowAccess,
  });
  await refusingTaken(taken, () =>
    a.query('update rowplane.users set name = $2, display_name = $3, email = $4, workflow_access = $5 where id = $1', [
      id,
      after.name,
      after.displayName,
      after.email,
      after.workflowAccess,
    ]),
  );
  if (after.role !== before.role) {
    await guardOwnPermissions(a, { users: [id] }, confirm, () =>
      guardLastPlanes(a, { people: [id] }, confirm, () =>
        a.query('update rowplane.users set role = $2 where id = $1', [id, after.role]),
      ),
    );
  }
  return changedUser(a, id);
}

/** U7: blocks until a moment (ISO 8601), or for good; LOCKED_OUT for the last active administrator. */
export async function blockUser(a: Administration, id: string, until: string | null = null): Promise<User> {
  await getUser(a, id);
  const problems = collectProblems();
  if (until !== null && !(Date.parse(until) > Date.now())) problems.add('until', 'must be a moment in the future');
  problems.refuse();
  const moment = until === null ? 'infinity' : new Date(until).toISOString();
  await a.query('update rowplane.users set blocked_until = $2 where id = $1', [id, moment]);
  return changedUser(a, id);
}

export async function unblockUser(a: Administration, id: string): Promise<User> {
  await getUser(a, id);
  await a.query('update rowplane.users set blocked_until = null where id = $1', [id]);
  return getUser(a, id);
}

function checkUser<T extends UserInput & { name: string }>(input: T): T {
  const problems = collectProblems();
  if (!/^[\p{L}\p{N}][\p{L}\p{N}._@+-]{0,99}$/u.test(input.name)) {
    problems.add('name', 'must be 1 to 100 letters, digits or . _ @ + - and begin with a letter or digit');
  } else if (input.name === 'anonymous') {
    problems.add('name', 'means a viewer without an account: choose another');
  }
  if (input.displayName) {
    const problem = nameProblem(input.displayName);
    if (problem) problems.add('displayName', problem);
  }
  if (input.email != null && !/^[^\s@\p{Cc}]{1,64}@[^\s@\p{Cc}]{1,190}$/u.test(input.email)) {
    problems.add('email', 'must be an e-mail address');
  }
  problems.refuse();
  // Two accounts whose addresses differ in case alone would be one person to any mail server.
  return { ...input, email: input.email?.toLowerCase() ?? null };
}
