import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { connect, type Connection } from '../../src/database/queryable.ts';
import { createRecord } from '../../src/writer/create.ts';
import { changeClient } from '../../src/writer/move.ts';
import { updateRecords } from '../../src/writer/update.ts';
import { viewerToken } from '../support/database.ts';
import { loginUrl } from './attackers.ts';
import { openVault, type Vault } from './vault.ts';

let vault: Vault;
let ids: string[];
beforeAll(async () => {
  vault = await openVault();
});
afterAll(() => vault.close());
beforeEach(async () => {
  const { owner, workspace, archives, clients, people, groups } = vault;
  await owner.query(`truncate ws_${workspace}.paper, ws_${workspace}.note`);
  await owner.query('update rowplane.users set blocked_until = null');
  await owner.query('insert into rowplane.group_members select $1, $2 on conflict do nothing', [
    groups.outsider,
    people.outsider.id,
  ]);
  ids = await vault.lay({ archive: archives.safe, client: clients.alpha, code: 'a', title: 'before', status: 'OPEN' });
});

const door = () => `ws_${vault.workspace}_edit.paper`;
const shelf = () => ({ workspace: vault.workspace, definition: vault.definitions.get('paper')! });

/** Runs `work` with connections of the API's login, each as rowplane_viewer, that are closed afterwards. */
async function withSessions<T>(
  count: number,
  work: (sessions: Connection[]) => Promise<T>,
  url = vault.database.apiUrl,
): Promise<T> {
  const sessions = await Promise.all(Array.from({ length: count }, () => connect(url)));
  try {
    for (const session of sessions) await session.query('set role rowplane_viewer');
    return await work(sessions);
  } finally {
    await Promise.all(sessions.map((session) => session.end()));
  }
}

/** Whether a promise is still waiting after a while. */
async function isWaiting(promise: Promise<unknown>): Promise<boolean> {
  return Promise.race([
    promise.then(
      () => false,
      () => false,
    ),
    sleep(300).then(() => true),
  ]);
}

describe('V5: a permission that is taken away while a write waits', () => {
  const REVOCATIONS: [string, () => string][] = [
    [
      'the user is blocked',
      () => `update rowplane.users set blocked_until = 'infinity' where id = '${vault.people.outsider.id}'`,
    ],
    [
      'the user leaves the group',
      () =>
        `delete from rowplane.group_members where user_id = '${vault.people.outsider.id}' and group_id = '${vault.groups.outsider}'`,
    ],
  ];

  test.each(REVOCATIONS)('is in force for a write that begins after it: %s', async (_name, revocation) => {
    await vault.owner.query(revocation());
    await expect(
      updateRecords({ viewers: vault.viewers, viewer: vault.people.outsider }, shelf(), [{ id: ids[0]! }], {
        title: 'x',
      }),
    ).rejects.toMatchObject({ code: 'NOT_FOUND' });
  });

  test.each(REVOCATIONS)(
    'waits for a write that has begun, and is in force for the next: %s',
    async (_name, revocation) => {
      await withSessions(1, async ([writer]) => {
        const token = viewerToken(vault.people.outsider.id);
        await writer!.query('begin');
        await writer!.query('select rowplane.begin_write($1)', [token]);
        const revoked = vault.owner.query(revocation());
        expect(await isWaiting(revoked)).toBe(true);
        await writer!.query('select rowplane.set_targets($1)', [ids]);
        await writer!.query(`update ${door()} set title = 'in time'`);
        await writer!.query('commit');
        await revoked;
        await writer!.query('begin');
        await writer!.query('select rowplane.begin_write($1)', [token]);
        await writer!.query('select rowplane.set_targets($1)', [ids]);
        await writer!.query(`update ${door()} set title = 'too late'`);
        expect(await writer!.query('select rowplane.changed_targets() as ids')).toEqual([{ ids: [] }]);
        await writer!.query('commit');
      });
      expect(await vault.papers()).toMatchObject([{ title: 'in time' }]);
    },
  );

  test.each(REVOCATIONS)('waits for a login’s write that waits for a record: %s', async (_name, revocation) => {
    const url = await loginUrl(vault, 'outsider');
    const other = await connect(vault.database.ownerUrl);
    await withSessions(
      1,
      async ([login]) => {
        await login!.query('begin');
        await login!.query('select rowplane.set_targets($1)', [ids]);
        // Somebody has the record, so the statement waits for it, with what it knew when it began.
        await vault.owner.query('begin');
        await vault.owner.query(`select from ws_${vault.workspace}.paper for update`);
        const updated = login!.query(`update ${door()} set title = 'in time'`);
        expect(await isWaiting(updated)).toBe(true);
        const revoked = other.query(revocation());
        const held = await isWaiting(revoked);
        await vault.owner.query('commit');
        await updated;
        expect(held && (await isWaiting(revoked))).toBe(true);
        await login!.query('commit');
        await revoked;
      },
      url,
    ).finally(() => other.end());
    expect(await vault.papers()).toMatchObject([{ title: 'in time' }]);
  });

  test.each(REVOCATIONS)('stops a login’s write that began while it was being made: %s', async (_name, revocation) => {
    const url = await loginUrl(vault, 'outsider');
    const attempts = [
      `update ${door()} set title = 'too late'`,
      `insert into plane_${vault.planes.outside}_new.paper (archive_id, code) values ('${vault.archives.cabinet}', 'too late')`,
    ];
    for (const attempt of attempts) {
      await withSessions(
        1,
        async ([login]) => {
          await login!.query('begin');
          await login!.query('select rowplane.set_targets($1)', [ids]);
          await vault.owner.query('begin');
          await vault.owner.query(revocation());
          const written = login!.query(attempt).then(
            () => null,
            (error: unknown) => (error as { code: string }).code,
          );
          const held = await isWaiting(written);
          await vault.owner.query('commit');
          expect([held, await written]).toEqual([true, '40001']);
        },
        url,
      );
      await vault.owner.query('update rowplane.users set blocked_until = null');
    }
    expect(await vault.papers()).toMatchObject([{ title: 'before' }]);
  });
});

test('two permission changes that overlook each other: the second waits, and what is compiled knows both', async () => {
  const { people, planes, owner } = vault;
  const other = await connect(vault.database.ownerUrl);
  try {
    const [team] = await owner.query<{ id: string }>(`insert into rowplane.groups (name) values ('team') returning id`);
    await owner.query('insert into rowplane.plane_groups values ($1, $2)', [planes.full, team!.id]);
    await owner.query('begin');
    await owner.query('insert into rowplane.group_members values ($1, $2)', [team!.id, people.nobody.id]);
    await other.query('begin');
    const second = other.query(
      `insert into rowplane.client_assignments (client_id, archive_id, user_id) values ('${vault.clients.alpha}', '${vault.archives.safe}', '${people.nobody.id}')`,
    );
    expect(await isWaiting(second)).toBe(true);
    await owner.query('commit');
    await second;
    await other.query('commit');
    expect((await vault.viewers.knowledge(people.nobody, vault.workspace)).planes.map(({ id }) => id)).toEqual([
      planes.full,
    ]);
    const rows = await vault.viewers.read(people.nobody, [vault.workspace], () => [
      { text: `select code from plane_${planes.full}.paper`, values: [] },
    ]);
    expect(rows.at(-1)).toEqual([{ code: 'a' }]);
    // Under REPEATABLE READ the second of two fails instead of overlooking the first.
    await other.query('begin isolation level repeatable read');
    await other.query('select from rowplane.groups');
    await owner.query('delete from rowplane.group_members where group_id = $1', [team!.id]);
    await expect(
      other.query('delete from rowplane.client_assignments where user_id = $1', [people.nobody.id]),
    ).rejects.toMatchObject({ code: '40001' });
    await other.query('rollback');
    await owner.query('delete from rowplane.client_assignments where user_id = $1', [people.nobody.id]);
    await owner.query('delete from rowplane.groups where id = $1', [team!.id]);
  } finally {
    await other.end();
  }
});

test('what is compiled from an old snapshot never counts as new, whoever stores it and however late', async () => {
  const { people, groups, workspace, owner } = vault;
  await withSessions(2, async ([slow, fast]) => {
    const token = viewerToken(people.outsider.id);
    const see = async (session: Connection) => {
      await session.query('begin isolation level repeatable read');
      await session.query('select rowplane.enter($1)', [token]);
      return session.query(`select code from plane_${vault.planes.outside}.paper`);
    };
    expect(await see(slow!)).toHaveLength(1);
    await owner.query('delete from rowplane.viewer_access');
    await owner.query('delete from rowplane.group_members where user_id = $1 and group_id = $2', [
      people.outsider.id,
      groups.outsider,
    ]);
    // Stored by the old snapshot: what it says was true at ticks that are over.
    await slow!.query('select rowplane.refresh_access($1)', [workspace]);
    await slow!.query('commit');
    expect(await see(fast!)).toEqual([]);
    await fast!.query('select rowplane.refresh_access($1)', [workspace]);
    await fast!.query('commit');
    // And an old snapshot does not put its own in the place of what is newer.
    await slow!.query('begin isolation level repeatable read');
    await slow!.query('select rowplane.enter($1)', [token]);
    await owner.query('insert into rowplane.group_members values ($1, $2)', [groups.outsider, people.outsider.id]);
    await fast!.query('begin');
    await fast!.query('select rowplane.enter($1)', [token]);
    await fast!.query('select rowplane.refresh_access($1)', [workspace]);
    await fast!.query('commit');
    await slow!.query('select rowplane.refresh_access($1)', [workspace]).catch(() => undefined);
    await slow!.query('rollback');
    expect(await see(fast!)).toHaveLength(1);
    await fast!.query('rollback');
  });
});

test('what is stored for a viewer is only ever what is computed', async () => {
  const { owner, people, workspace } = vault;
  for (const viewer of Object.values(people)) await vault.viewers.knowledge(viewer, workspace);
  const differing = await owner.query(
    `select a.user_id from rowplane.viewer_access a, rowplane.clock c, rowplane.workspaces w
     where w.id = a.workspace_id and a.ticks = c.ticks and a.realms = w.realms
       and to_jsonb(a) - 'expires' <> to_jsonb(rowplane.compile_access(a.user_id, a.workspace_id)) - 'expires'`,
  );
  expect(differing).toEqual([]);
});

test('a realm that is made while a statement waits is past the end of what it knows, which is no error and not the viewer’s', async () => {
  const { owner, workspace, people } = vault;
  const made = await openRealm();
  await withSessions(1, async ([reader]) => {
    // The statement has begun, and with it the flags; the record then moves to a realm that is newer.
    await owner.query('begin');
    await owner.query(
      `update ws_${workspace}.paper set archive_id = $1, folder_id = $1, client_id = null, realm_id = rowplane.realm_for($1, null, $1)`,
      [made],
    );
    await reader!.query('begin');
    await reader!.query('select rowplane.begin_write($1)', [viewerToken(people.outsider.id)]).catch(() => undefined);
    await reader!.query('select rowplane.set_targets($1)', [ids]);
    const updated = reader!.query(`update ${door()} set title = 'x'`);
    await isWaiting(updated);
    await owner.query('commit');
    await updated;
    expect(await reader!.query('select rowplane.changed_targets() as ids')).toEqual([{ ids: [] }]);
    await reader!.query('rollback');
  });
  expect(await vault.papers()).toMatchObject([{ title: 'before' }]);
  await owner.query(`truncate ws_${workspace}.paper, ws_${workspace}.note`);
  await owner.query('delete from rowplane.archives where id = $1', [made]);
});

async function openRealm(): Promise<string> {
  const [row] = await vault.owner.query<{ id: string }>(
    `insert into rowplane.archives (workspace_id, name) values ($1, 'New ' || gen_random_uuid()) returning id`,
    [vault.workspace],
  );
  return row!.id;
}

test('a realm is made in a statement before the record’s: two who need the same one get the same one', async () => {
  const { viewers, people, workspace, owner } = vault;
  const archive = await openRealm();
  const create = (code: string) =>
    createRecord({ viewers, viewer: people.outsider }, shelf(), { archive, folder: archive, client: null }, { code });
  await Promise.all(['n1', 'n2', 'n3', 'n4', 'n5', 'n6'].map(create));
  const realms = await owner.query(`select distinct realm_id from ws_${workspace}.paper where archive_id = $1`, [
    archive,
  ]);
  expect(realms).toHaveLength(1);
  expect(await owner.query('select id from rowplane.realms where archive_id = $1', [archive])).toHaveLength(1);
  await owner.query(`delete from ws_${workspace}.paper where archive_id = $1`, [archive]);
});

test('W1: two who change the same record at once are judged on it as each finds it', async () => {
  const { viewers, people, clients } = vault;
  const writing = (person: 'opener' | 'keeper') => ({ viewers, viewer: people[person] });
  const [id] = ids;
  // Whichever comes second: after the change to CLOSED the opener doesn't find the record any more.
  for (let round = 0; round < 10; round++) {
    await vault.owner.query(
      `update ws_${vault.workspace}.paper set status = 'OPEN', client_id = $1, title = 'before'`,
      [clients.alpha],
    );
    const [closed, titled] = await Promise.allSettled([
      updateRecords(writing('keeper'), shelf(), [{ id: id! }], { status: 'CLOSED' }),
      updateRecords(writing('opener'), shelf(), [{ id: id! }], { title: 'x' }),
    ]);
    expect(closed.status).toBe('fulfilled');
    const [paper] = await vault.papers();
    expect(paper).toMatchObject({ status: 'CLOSED', title: titled.status === 'fulfilled' ? 'x' : 'before' });
  }
});

test('C7: a client that is taken from the viewer while the record is on its way there', async () => {
  const { viewers, people, clients, owner, archives } = vault;
  const [id] = ids;
  for (let round = 0; round < 10; round++) {
    await owner.query('insert into rowplane.client_assignments (client_id, archive_id, user_id) values ($1, $2, $3)', [
      clients.beta,
      archives.safe,
      people.outsider.id,
    ]);
    const [moved] = await Promise.allSettled([
      changeClient({ viewers, viewer: people.outsider }, shelf(), [{ id: id! }], clients.beta),
      owner.query('delete from rowplane.client_assignments where client_id = $1 and user_id = $2', [
        clients.beta,
        people.outsider.id,
      ]),
    ]);
    const [paper] = await vault.papers();
    expect(paper?.client_id).toBe(moved.status === 'fulfilled' ? clients.beta : clients.alpha);
    await changeClient({ viewers, viewer: people.keeper }, shelf(), [{ id: id! }], clients.alpha);
  }
});
