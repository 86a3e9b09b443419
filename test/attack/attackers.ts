import { expect } from 'vitest';
import { viewerToken } from '../support/database.ts';
import { connect, transaction, type Connection, type Queryable } from '../../src/database/queryable.ts';
import type { Person, Vault } from './vault.ts';

/** Somebody who runs SQL as a person: whatever the API lets through, or what a login of one's own may send. */
export type Attacker = <T>(vault: Vault, person: Person, attack: (sql: Queryable) => Promise<T>) => Promise<T>;

/** SQL that slipped into a viewer's transaction: the API's connection, with the person entered. */
export const slipped: Attacker = (vault, person, attack) =>
  withApi(vault, (session) =>
    transaction(session, async (sql) => {
      await sql.query('set local role rowplane_viewer');
      await sql.query('select rowplane.enter($1)', [viewerToken(vault.people[person].id)]);
      return attack(sql);
    }),
  );

/** SQL of a person with a database login of one's own (V6). */
export const signedIn: Attacker = async (vault, person, attack) => {
  const session = await connect(await loginUrl(vault, person));
  try {
    return await transaction(session, attack);
  } finally {
    await session.end();
  }
};

export const ATTACKERS: [string, Attacker][] = [
  ['SQL slipped into a viewer’s transaction', slipped],
  ['a database login of one’s own', signedIn],
];

/** A connection of the API's login, which isn't anybody yet. */
export async function withApi<T>(vault: Vault, work: (session: Connection) => Promise<T>): Promise<T> {
  const session = await connect(vault.database.apiUrl);
  try {
    return await work(session);
  } finally {
    await session.end();
  }
}

/** The URL of a person's own login, which is made when it is first asked for. Its name carries the database's tag, and goes with it. */
export async function loginUrl({ database, owner, people }: Vault, person: Person): Promise<string> {
  const role = `login_${database.name.replace('test_', '')}_${person}`;
  const [known] = await owner.query('select from rowplane.logins where role_name = $1', [role]);
  if (!known) {
    const superuser = await connect(database.superuserUrl);
    await superuser.query(`create role ${role} login password 'x' in role rowplane_viewer`);
    await superuser.end();
    await owner.query('insert into rowplane.logins (role_name, user_id) values ($1, $2)', [role, people[person].id]);
  }
  const url = new URL(database.superuserUrl);
  url.username = role;
  url.password = 'x';
  return url.href;
}

/** The SQLSTATE that a statement fails with, or null if it goes through. Within a savepoint, so that the attack can go on. */
export async function failure(sql: Queryable, text: string, values: unknown[] = []): Promise<string | null> {
  await sql.query('savepoint attack');
  try {
    await sql.query(text, values);
    return null;
  } catch (error) {
    await sql.query('rollback to savepoint attack');
    return (error as { code?: string }).code ?? String(error);
  }
}

/** Not allowed to: the SQLSTATE of a privilege that is missing. */
export const DENIED = '42501';

/** Each attempt fails, and with a SQLSTATE that says no more than that it isn't possible. */
export async function expectAllDenied(
  sql: Queryable,
  attempts: string[],
  states = [DENIED, '55000', '0A000', '42809', '42703', '42P10'],
): Promise<void> {
  for (const attempt of attempts) {
    const state = await failure(sql, attempt);
    expect([attempt, states.includes(state ?? 'nothing') ? 'denied' : state]).toEqual([attempt, 'denied']);
  }
}
