import { afterAll, beforeAll, expect, test } from 'vitest';
import { accountsProof, deliveryProof } from '../../src/database/keys.ts';
import { transaction } from '../../src/database/queryable.ts';
import { ATTACKERS, DENIED, expectAllDenied, failure, withApi } from '../attack/attackers.ts';
import { openVault, type Vault } from '../attack/vault.ts';

let vault: Vault;
beforeAll(async () => {
  vault = await openVault();
  await vault.lay({ archive: vault.archives.safe, client: vault.clients.alpha, code: 'alpha', status: 'OPEN' });
});
afterAll(() => vault.close());

const NOBODY = `'{}'::uuid[]`;
/** With a proof of theirs, or one that is good for something else. */
const asking = (proof: string): string[] => [
  `select * from rowplane.read_feed('${proof}', null, ${NOBODY}, '{}')`,
  `select * from rowplane.read_feed('${proof}', '1:1:', ${NOBODY}, '{}')`,
  `select * from rowplane.follower_access('${proof}', ${NOBODY}, null)`,
  `select * from rowplane.missed_records('${proof}', '1:1:', uuidv7(), 1, 'paper', true, 10)`,
  `select * from rowplane.missed_entries('${proof}', '1:1:', uuidv7(), 1, 10)`,
  `select rowplane.prune_outbox('${proof}', interval '0')`,
];

test.each(ATTACKERS)('V2: %s learns nothing of the outbox and writes nothing into it', async (_, attack) => {
  await attack(vault, 'outsider', async (sql) => {
    for (const table of ['record_changes', 'mailbox_changes', 'outbox_marks']) {
      await expectAllDenied(sql, [
        `select * from rowplane.${table}`,
        `select xid from rowplane.${table}`,
        `select count(*) from rowplane.${table}`,
        `delete from rowplane.${table}`,
        `truncate rowplane.${table}`,
        `copy rowplane.${table} to stdout`,
      ]);
    }
    await expectAllDenied(sql, [
      `insert into rowplane.record_changes (workspace_id, definition, ids) values (${vault.workspace}, 'paper', '{}')`,
      `insert into rowplane.mailbox_changes (recipient_id) values (uuidv7())`,
      `select rowplane.note_new_records()`,
      `select rowplane.note_new_entries()`,
      `select rowplane.access_keys(${vault.workspace}, uuidv7())`,
      `select rowplane.people_alike(${vault.workspace}, ${NOBODY})`,
      `select rowplane.references_to(${vault.workspace}, 'paper', ${NOBODY}, '{paper}')`,
      `select rowplane.entries_of_changed(${NOBODY}, '{}', '{}')`,
      `select ws_${vault.workspace}_edit.paper_note()`,
      ...asking(deliveryProof(vault.database.secret)),
    ]);
  });
});

test('V2: SQL that became the API’s login again has no proof, and another purpose’s is none', async () => {
  await withApi(vault, (session) =>
    transaction(session, async (sql) => {
      for (const proof of ['', 'x', accountsProof(vault.database.secret)])
        for (const text of asking(proof)) expect([text, await failure(sql, text)]).toEqual([text, 'RPFOR']);
      for (const table of ['record_changes', 'mailbox_changes', 'outbox_marks'])
        expect(await failure(sql, `select * from rowplane.${table}`)).toBe(DENIED);
    }),
  );
});

test('V2: the proof stands in no statement’s text that other sessions of the login could read', async () => {
  await withApi(vault, async (session) => {
    const proof = deliveryProof(vault.database.secret);
    await session.query(`select place from rowplane.read_feed($1, null, ${NOBODY}, '{}')`, [proof]);
    const rows = await withApi(vault, (other) =>
      other.query<{ query: string }>('select query from pg_stat_activity where query like $1', ['%read_feed%']),
    );
    expect(rows.length).toBeGreaterThan(0);
    for (const { query } of rows) expect(query).not.toContain(proof);
  });
});

test('M3: own_mailbox tells viewers of their own entries alone', async () => {
  for (const [, attack] of ATTACKERS)
    await attack(vault, 'outsider', async (sql) => {
      expect(await sql.query('select rowplane.own_mailbox($1)', [vault.workspace])).toEqual([]);
      expect(await sql.query('select rowplane.own_mailbox($1, array[uuidv7()])', [vault.workspace])).toEqual([]);
    });
});
