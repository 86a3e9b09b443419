import type { Command } from 'commander';
import type { AccountRole, User } from '../administration/users.ts';
import { isUuid } from '../database/uuid.ts';
import { type ActingOptions, adminCommand, asOwner, changing, reading, several, wholeList } from './administration.ts';
import { find, findAll, findWorkspace } from './find.ts';
import { action, misuse, report, table } from './output.ts';

interface UserOptions extends ActingOptions {
  role?: AccountRole;
  name?: string;
  displayName?: string;
  email?: string;
  workflowAccess?: boolean;
  group?: string[];
  service?: boolean;
  search?: string;
  until?: string;
  file?: string;
  confirm?: boolean;
}

interface TransferOptions extends ActingOptions {
  to: string;
  workspace?: string;
  definition?: string;
}

const functions = () => import('../administration/users.ts');

/** `rowplane users …`: accounts (U1, U7). */
export function addUsers(program: Command): void {
  const users = program.command('users').description('accounts');
  adminCommand(users, 'list', 'list the users')
    .option('--search <text>', 'only those whose name or address contains this')
    .option('--role <role>', 'only those with this role')
    .action(action(list));
  adminCommand(users, 'show <user>', 'show a user').action(action(show));
  withDetails(adminCommand(users, 'create [name]', 'make an account; the first administrator is made this way too'))
    .option('--role <role>', 'ADMINISTRATOR, INTERNAL, EXTERNAL or GUEST')
    .option('--file <json>', 'many at once instead: [{"name": …, "role": …, "email": …, "groups": […]}, …]')
    .option('--group <group>', 'a group to join; may be given several times', several)
    .option('--service', 'a service account: for a program, which comes with an API key')
    .action(action(create));
  withDetails(adminCommand(users, 'update <user>', 'change what is given'))
    .option('--name <name>', 'another name to sign in with')
    .option('--role <role>', 'ADMINISTRATOR, INTERNAL, EXTERNAL or GUEST')
    .option('--confirm', 'also if that takes the last plane in a workspace, or your own EDIT_PERMISSIONS')
    .action(action(update));
  adminCommand(users, 'block <users...>', 'block users, for good or until a moment')
    .option('--until <moment>', 'ISO 8601, such as 2030-01-31T12:00:00Z')
    .action(action(block));
  adminCommand(users, 'unblock <users...>', 'end blocks').action(action(unblock));
  adminCommand(
    users,
    'transfer <user>',
    'give away the records of a user who is blocked, or of the id of one who is gone',
  )
    .requiredOption('--to <user>', 'the new owner')
    .option('--workspace <workspace>', 'only what lies in this workspace')
    .option('--definition <name>', 'only records of this object definition')
    .action(action(transfer));
}

function withDetails(command: Command): Command {
  return command
    .option('--display-name <name>', 'the name to show')
    .option('--email <address>')
    .option('--workflow-access', 'give the user a mailbox')
    .option('--no-workflow-access', 'take the mailbox away');
}

async function list(options: UserOptions): Promise<void> {
  const { listUsers } = await functions();
  const users = await reading(options, (a) =>
    wholeList((page) => listUsers(a, { ...page, search: options.search, role: options.role })),
  );
  report(users, options, () => table(users, ['name', 'displayName', 'role', 'email', 'workflowAccess', 'blocked']));
}

async function show(called: string, options: UserOptions): Promise<void> {
  const { getUser } = await functions();
  const { listGroupsOf } = await import('../administration/group-members.ts');
  const user = await reading(options, async (a) => {
    const id = await find(a, 'users', called);
    return { ...(await getUser(a, id)), groups: (await listGroupsOf(a, id)).map(({ name }) => name) };
  });
  report(user, options, () => describe(user));
}

async function create(name: string | undefined, options: UserOptions): Promise<void> {
  if (options.file !== undefined) return createMany(options.file, options);
  if (name === undefined) throw misuse('Say the name of the account, or give many with --file.');
  const { checkRole, createFirstAdministrator, createUser } = await functions();
  const role = checkRole(options.role);
  const input = { ...detailsOf(options), name, role };
  const first =
    role === 'ADMINISTRATOR' && !options.service && (await asOwner((owner) => createFirstAdministrator(owner, input)));
  const user =
    first ||
    (await changing(options, async (a) =>
      createUser(a, { ...input, service: options.service, groups: await findAll(a, 'groups', options.group) }),
    ));
  report(user, options, () => describe(user));
}

async function createMany(file: string, options: UserOptions): Promise<void> {
  const { createUsers } = await import('../administration/users-many.ts');
  const { newUsersIn } = await import('./users-file.ts');
  const rows = await newUsersIn(file);
  const users = await changing(options, async (a) => {
    const resolved = [];
    for (const { groups, ...user } of rows) resolved.push({ ...user, groups: await findAll(a, 'groups', groups) });
    return createUsers(a, resolved);
  });
  report(users, options, () => table(users, ['name', 'displayName', 'role', 'email', 'id']));
}

async function update(called: string, options: UserOptions): Promise<void> {
  const { checkRole, updateUser } = await functions();
  const role = options.role === undefined ? undefined : checkRole(options.role);
  const input = { ...detailsOf(options), name: options.name, role };
  const user = await changing(options, async (a) =>
    updateUser(a, await find(a, 'users', called), input, options.confirm ?? false),
  );
  report(user, options, () => describe(user));
}

async function block(called: string[], options: UserOptions): Promise<void> {
  const { blockUsers } = await import('../administration/users-many.ts');
  const users = await changing(options, async (a) =>
    blockUsers(a, await findAll(a, 'users', called), options.until ?? null),
  );
  const until = (end: string | null) => (end === null ? 'for good' : `until ${end}`);
  report(users, options, () =>
    users.map(({ name, blockedUntil }) => `${name} is blocked ${until(blockedUntil)}.`).join('\n'),
  );
}

async function unblock(called: string[], options: UserOptions): Promise<void> {
  const { unblockUsers } = await import('../administration/users-many.ts');
  const users = await changing(options, async (a) => unblockUsers(a, await findAll(a, 'users', called)));
  report(users, options, () => users.map(({ name }) => `${name} is not blocked any more.`).join('\n'));
}

async function transfer(called: string, options: TransferOptions): Promise<void> {
  const { transferOwnership } = await import('../administration/ownership.ts');
  const { invalid } = await import('../access/refusals.ts');
  const transferred = await changing(options, async (a, definitions) => {
    const table = options.definition === undefined ? undefined : definitions.get(options.definition)?.table;
    if (options.definition !== undefined && table === undefined)
      throw invalid([{ path: 'definition', message: `there is no object definition ${options.definition}` }]);
    const to = await find(a, 'users', options.to);
    const workspace = await findWorkspace(a, options.workspace);
    // Who is gone has no name any more, but an id in the log.
    const from = isUuid(called) ? called : await find(a, 'users', called);
    return transferOwnership(a, from, to, { workspace, table });
  });
  report({ transferred }, options, () => `Transferred ${transferred} records to ${options.to}.`);
}

function detailsOf({ displayName, email, workflowAccess }: UserOptions) {
  return { displayName, email, workflowAccess };
}

function describe(user: User & { groups?: string[] }): string {
  return table(Object.entries(user).map(([field, value]) => ({ field, value })));
}
