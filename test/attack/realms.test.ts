import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { withViewer } from '../support/database.ts';
import { ATTACKERS, failure } from './attackers.ts';
import { refusal, writerOf } from '../writing/support.ts';
import { openVault, type Vault } from './vault.ts';

let vault: Vault;
beforeAll(async () => {
  vault = await openVault();
});
afterAll(() => vault.close());

test('C5: a realm that goes with its archive does not hand its place to another one', async () => {
  const { owner, workspace, archives, clients, people, planes, database } = vault;
  const [doomed] = await owner.query<{ id: string }>(
    `insert into rowplane.archives (workspace_id, name) values ($1, 'Doomed') returning id`,
    [workspace],
  );
  await owner.query('select rowplane.realm_for($1, null, $1)', [doomed!.id]);
  await vault.lay(
    { archive: archives.safe, client: clients.beta, code: 'hidden' },
    { archive: archives.safe, client: clients.alpha, code: 'seen' },
  );
  const seen = () =>
    withViewer(database, people.outsider.id, (session) =>
      session.query(`select code from plane_${planes.outside}.paper`),
    );
  expect(await seen()).toEqual([{ code: 'seen' }]);
  await owner.query('delete from rowplane.archives where id = $1', [doomed!.id]);
  expect(await seen()).toEqual([{ code: 'seen' }]);
});

describe.each(ATTACKERS)('P8, %s', (_name, as) => {
  /** Denies the outsider permissions on the cabinet while `work` runs. */
  async function without(permissions: string[], work: () => Promise<void>): Promise<void> {
    const { owner, archives, people } = vault;
    for (const permission of permissions)
      await owner.query(
        `insert into rowplane.object_entries (archive_id, object_id, user_id, permission, decision) values ($1, $1, $2, $3, 'DENY')`,
        [archives.cabinet, people.outsider.id, permission],
      );
    try {
      await work();
    } finally {
      await owner.query('delete from rowplane.object_entries where user_id = $1', [people.outsider.id]);
    }
  }

  /** What becomes of each way to write a record of the cabinet: the SQLSTATE of the refusal, or the number of records changed. */
  async function outcomes(id: string, trashed: string): Promise<Record<string, unknown>> {
    const { workspace, archives, planes } = vault;
    const door = `ws_${workspace}_edit.paper`;
    return as(vault, 'outsider', async (sql) => {
      const changed = async (target: string, change: string) => {
        await sql.query('select rowplane.set_targets($1)', [[target]]);
        await sql.query(`select set_config('rowplane.changed', '{}', true)`);
        const state = await failure(sql, `update ${door} set ${change}`);
        if (state !== null) return state;
        const [row] = await sql.query<{ changed: number }>('select cardinality(rowplane.changed_targets()) as changed');
        return row!.changed;
      };
      return {
        update: await changed(id, `title = 'x'`),
        move: await changed(id, `folder_id = '${vault.drawer}'`),
        trash: await changed(id, 'deleted_at = now()'),
        restore: await changed(trashed, 'deleted_at = null'),
        create: await failure(
          sql,
          `insert into plane_${planes.outside}_new.paper (archive_id, code) values ('${archives.cabinet}', 'new')`,
        ),
        erased: (await sql.query(`delete from ws_${workspace}_trash.paper returning id`)).length,
        seen: (await sql.query(`select from plane_${planes.outside}.paper where id = '${id}'`)).length,
      };
    });
  }

  test('the flags of a realm contain what they presuppose, since the door asks for one only', async () => {
    const { archives, owner, workspace } = vault;
    const fresh = async () => {
      await owner.query(`delete from ws_${workspace}.paper`);
      return (await vault.lay(
        { archive: archives.cabinet, code: 'there' },
        { archive: archives.cabinet, code: 'gone', trashed: true },
      )) as [string, string];
    };
    expect(await outcomes(...(await fresh()))).toEqual({
      update: 1,
      move: 1,
      trash: 1,
      restore: 1,
      create: null,
      erased: 1,
      seen: 0,
    });
    const nothing = { update: 0, move: 0, trash: 0, restore: 0, create: 'RPNFD', erased: 0, seen: 0 };
    await without(['VIEW'], async () => expect(await outcomes(...(await fresh()))).toEqual(nothing));
    await without(['EDIT'], async () =>
      expect(await outcomes(...(await fresh()))).toEqual({ ...nothing, create: 'RPFOR', seen: 1 }),
    );
    await without(['DELETE'], async () =>
      expect(await outcomes(...(await fresh()))).toEqual({
        update: 1,
        move: 1,
        trash: 'RPFOR',
        restore: 0,
        create: null,
        erased: 0,
        seen: 1,
      }),
    );
    await without(['CREATE'], async () =>
      expect(await outcomes(...(await fresh()))).toEqual({
        update: 1,
        move: 1,
        trash: 1,
        restore: 1,
        create: 'RPFOR',
        erased: 1,
        seen: 0,
      }),
    );
  });

  test('the server names what is missing, once the record is one that the viewer sees', async () => {
    const { archives, owner, workspace } = vault;
    await owner.query(`delete from ws_${workspace}.paper`);
    const [id] = await vault.lay({ archive: archives.cabinet, code: 'there' });
    const outsider = writerOf(vault, 'outsider');
    await without(['EDIT'], async () => {
      const forbidden = { code: 'FORBIDDEN', permission: 'EDIT', ids: [id] };
      expect(await refusal(outsider.update([id!], { title: 'x' }))).toEqual(forbidden);
      expect(await refusal(outsider.move([id!], 'cabinet', vault.drawer))).toEqual(forbidden);
      expect(await refusal(outsider.trash([id!]))).toEqual(forbidden);
      expect(await refusal(outsider.create({ archive: archives.cabinet }, { code: 'new' }))).toMatchObject({
        code: 'FORBIDDEN',
        permission: 'EDIT',
      });
    });
    await without(['VIEW'], async () =>
      expect(await refusal(outsider.update([id!], { title: 'x' }))).toEqual({ code: 'NOT_FOUND', ids: [id] }),
    );
  });
});
