import { type Administration, type Administrators, openAdministrators } from '../../src/access/administrators.ts';
import { type RefusalCode, Refusal } from '../../src/access/refusals.ts';
import { createUser, type AccountRole } from '../../src/administration/users.ts';
import { viewerTokenKey } from '../../src/database/keys.ts';
import { createDatabase, type TestDatabase } from '../support/database.ts';

/** A database with the administrator ada, and what she does in it. */
export interface Account {
  database: TestDatabase;
  administrators: Administrators;
  ada: string;
  change<T>(work: (a: Administration) => Promise<T>): Promise<T>;
  read<T>(work: (a: Administration) => Promise<T>): Promise<T>;
  /** Makes users of one role; their ids by name. */
  users<N extends string>(role: AccountRole, ...names: N[]): Promise<Record<N, string>>;
  end(): Promise<void>;
}

export async function openAccount(): Promise<Account> {
  const database = await createDatabase();
  const [ada] = await database.owner.query<{ id: string }>(
    `insert into rowplane.users (name, role) values ('ada', 'ADMINISTRATOR') returning id`,
  );
  const administrators = openAdministrators({ url: database.adminUrl, key: viewerTokenKey(database.secret) });
  const viewer = ada as { id: string };
  return {
    database,
    administrators,
    ada: viewer.id,
    change: (work) => administrators.change(viewer, work),
    read: (work) => administrators.read(viewer, work),
    users: (role, ...names) =>
      administrators.change(viewer, async (a) => {
        const made: Record<string, string> = {};
        for (const name of names) made[name] = (await createUser(a, { name, role })).id;
        return made;
      }),
    async end() {
      await administrators.end();
      await database.drop();
    },
  };
}

/** The refusal that something ends in; fails if it doesn't. */
export async function refusalOf(work: Promise<unknown>): Promise<Refusal & { problems: string[] }> {
  const outcome = await work.then(
    () => 'nothing was refused',
    (error: unknown) => error,
  );
  if (!(outcome instanceof Refusal)) throw outcome instanceof Error ? outcome : new Error(String(outcome));
  const problems = (outcome.details.problems ?? []) as { path: string; message: string }[];
  return Object.assign(outcome, { problems: problems.map(({ path, message }) => `${path}: ${message}`) });
}

export async function codeOf(work: Promise<unknown>): Promise<RefusalCode> {
  return (await refusalOf(work)).code;
}
