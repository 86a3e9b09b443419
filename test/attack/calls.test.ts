import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Queryable } from '../../src/database/queryable.ts';
import { ATTACKERS, DENIED, failure } from './attackers.ts';
import { openVault, type Vault } from './vault.ts';

/** What the functions tell that stand behind doors, when they are called by themselves with arguments that no door would give them. */
let vault: Vault;
let hidden: string;
let trashed: string;
let ruled: string;
let own: string;
const MISSING = '0199a1b2-0000-7000-8000-000000000000';

beforeAll(async () => {
  vault = await openVault();
  const { owner, archives, people } = vault;
  const folder = async (parent: string, name: string, deleted = false) => {
    const [row] = await owner.query<{ id: string }>(
      'insert into rowplane.folders (archive_id, parent_id, name, deleted_at) values ($1, $2, $3, case when $4 then now() end) returning id',
      [archives.cabinet, parent, name, deleted],
    );
    return row!.id;
  };
  const allow = (object: string, person: string, permission: string, decision: string) =>
    owner.query(
      'insert into rowplane.object_entries (archive_id, object_id, user_id, permission, decision) values ($1, $2, $3, $4, $5)',
      [archives.cabinet, object, person, permission, decision],
    );
  hidden = await folder(archives.cabinet, 'Hidden');
  trashed = await folder(hidden, 'Trashed', true);
  await allow(hidden, people.opener.id, 'VIEW', 'DENY');
  [own, ruled] = (await vault.lay(
    { archive: archives.cabinet, code: 'own', status: 'OPEN' },
    { archive: archives.cabinet, code: 'ruled', status: 'CLOSED' },
  )) as [string, string];
  await allow(ruled, people.keeper.id, 'VIEW', 'ALLOW');
  await allow(vault.drawer, people.opener.id, 'EDIT', 'DENY');
});
afterAll(() => vault.close());

/** What a call answers: its rows, or how it is refused, without the ids that it was given. */
async function told(sql: Queryable, text: string, values: unknown[]): Promise<string> {
  await sql.query('savepoint call');
  try {
    return JSON.stringify(await sql.query(text, values));
  } catch (error) {
    await sql.query('rollback to savepoint call');
    const { code, message, detail } = error as { code?: string; message: string; detail?: string };
    return values.reduce<string>(
      (shown, value) => (typeof value === 'string' && value !== '' ? shown.replaceAll(value, '?') : shown),
      [code, message, detail].join(' '),
    );
  }
}

describe.each(ATTACKERS)('%s', (_name, attack) => {
  test('V2: asking for a place tells no hidden folder from a missing one', async () => {
    await attack(vault, 'opener', async (sql) => {
      const [row] = await sql.query<{ realm_id: number }>(
        `select realm_id from plane_${vault.planes.open}.paper where id = $1`,
        [own],
      );
      const ask = (record: string, from: string, to: string, client: string | null = null) =>
        told(sql, 'select * from rowplane.new_place($1, $2, $3, $4, $5, $6, null, $7)', [
          vault.workspace,
          'paper',
          record,
          row!.realm_id,
          from,
          to,
          client,
        ]);
      for (const record of [own, MISSING])
        for (const client of [null, vault.clients.alpha]) {
          expect(await ask(record, hidden, hidden, client)).toBe(await ask(record, MISSING, MISSING, client));
          expect(await ask(record, vault.archives.cabinet, hidden, client)).toBe(
            await ask(record, vault.archives.cabinet, MISSING, client),
          );
        }
    });
  });

  test('V2: asking for a place tells no hidden record with permissions of its own from a missing one', async () => {
    await attack(vault, 'opener', async (sql) => {
      const answers: string[] = [];
      for (const record of [ruled, MISSING])
        answers.push(
          await told(sql, 'select * from rowplane.new_place($1, $2, $3, 1, $4, $5, null, null)', [
            vault.workspace,
            'paper',
            record,
            vault.drawer,
            vault.archives.cabinet,
          ]),
        );
      expect(answers[0]).toBe(answers[1]);
    });
  });

  test('V2: nobody asks whether some folder is in the trash', async () => {
    await attack(vault, 'opener', async (sql) => {
      for (const folder of [trashed, MISSING])
        expect(await failure(sql, 'select rowplane.folder_is_trashed($1)', [folder])).toBe(DENIED);
    });
  });

  test('U7: to a blocked user no workspace exists, and no lock', async () => {
    await vault.owner.query(
      `insert into rowplane.workspace_locks (workspace_id, holder_id, reason) values ($1, $2, 'audit')`,
      [vault.workspace, vault.people.keeper.id],
    );
    const block = (until: string | null) =>
      vault.owner.query('update rowplane.users set blocked_until = $2 where id = $1', [vault.people.nobody.id, until]);
    await block('infinity');
    try {
      await attack(vault, 'nobody', async (sql) => {
        for (const call of ['lock_workspace($1, $2)', 'unlock_workspace($1)', 'break_workspace_lock($1)']) {
          const values = call.includes('$2') ? ['mine'] : [];
          expect(await told(sql, `select rowplane.${call}`, [vault.workspace, ...values])).toBe(
            await told(sql, `select rowplane.${call}`, [999, ...values]),
          );
        }
      });
    } finally {
      await block(null);
      await vault.owner.query('delete from rowplane.workspace_locks');
    }
  });
});
