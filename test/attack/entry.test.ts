import { createHmac } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { viewerTokenKey } from '../../src/database/keys.ts';
import { connect, transaction, type Queryable } from '../../src/database/queryable.ts';
import { viewerToken } from '../support/database.ts';
import { DENIED, failure, signedIn, slipped, withApi } from './attackers.ts';
import { openVault, type Vault } from './vault.ts';

let vault: Vault;
beforeAll(async () => {
  vault = await openVault();
  await vault.lay(
    { archive: vault.archives.safe, client: vault.clients.alpha, code: 'alpha' },
    { archive: vault.archives.safe, client: vault.clients.beta, code: 'beta' },
  );
});
afterAll(() => vault.close());

/** What a session sees, through whichever plane there is. */
async function seen(sql: Queryable): Promise<string[]> {
  const views = Object.values(vault.planes).map((plane) => `select code from plane_${plane}.paper`);
  const rows = await sql.query<{ code: string }>(`${views.join(' union ')} order by code`);
  return rows.map(({ code }) => code);
}

/** What is seen after entering with a token. */
function seenWith(token: unknown): Promise<string[]> {
  return withApi(vault, (session) =>
    transaction(session, async (sql) => {
      await sql.query('set local role rowplane_viewer');
      await sql.query('select rowplane.enter($1)', [token]);
      return seen(sql);
    }),
  );
}

test('the vault is seen by who may see it', async () => {
  expect(await seenWith(viewerToken(vault.people.keeper.id))).toEqual(['alpha', 'beta']);
  expect(await seenWith(viewerToken(vault.people.outsider.id))).toEqual(['alpha']);
});

test('V5: by a stamp that isn’t true any more nobody enters, whoever has entered before included', async () => {
  await withApi(vault, (session) =>
    transaction(session, async (sql) => {
      await sql.query('set local role rowplane_viewer');
      const token = viewerToken(vault.people.keeper.id);
      const enter = async (known: string | null) => {
        const text = 'select viewer, stamp from rowplane.enter($1, $2, $3)';
        const [entry] = await sql.query<{ viewer: string | null; stamp: string }>(text, [
          token,
          [vault.workspace],
          known,
        ]);
        return { ...entry!, seen: await seen(sql) };
      };
      const now = await enter(null);
      expect(now).toEqual({ viewer: vault.people.keeper.id, stamp: now.stamp, seen: ['alpha', 'beta'] });
      expect(await enter(now.stamp)).toEqual(now);
      for (const other of ['', '0', `${now.stamp}.`, now.stamp.split('.')[0]!])
        expect(await enter(other)).toEqual({ viewer: null, stamp: now.stamp, seen: [] });
    }),
  );
});

test('without a viewer nothing is seen, and nothing can be written', async () => {
  await withApi(vault, (session) =>
    transaction(session, async (sql) => {
      await sql.query('set local role rowplane_viewer');
      expect(await seen(sql)).toEqual([]);
      expect(await sql.query('select * from rowplane.visible_archives')).toEqual([]);
      await sql.query(`select rowplane.set_targets(array(select id from plane_${vault.planes.full}.paper))`);
      await sql.query(`update ws_${vault.workspace}_edit.paper set title = 'x'`);
      expect(await sql.query('select rowplane.changed_targets() as ids')).toEqual([{ ids: [] }]);
      expect(
        await failure(
          sql,
          `insert into plane_${vault.planes.full}_new.paper (archive_id, code) values ('${vault.archives.cabinet}', 'x')`,
        ),
      ).toBe('RPNFD');
    }),
  );
});

test('the API’s login itself sees nothing: only as rowplane_viewer does it see what its viewer sees', async () => {
  await withApi(vault, (session) =>
    transaction(session, async (sql) => {
      expect(await failure(sql, `select from plane_${vault.planes.full}.paper`)).toBe(DENIED);
      expect(await failure(sql, `select rowplane.enter('x')`)).toBe(DENIED);
    }),
  );
});

describe('a token that is not good is nobody’s, and no error', () => {
  const id = () => vault.people.keeper.id;
  const key = () => viewerTokenKey(vault.database.secret);
  const sign = (claim: string, by = key()) => `${claim}.${createHmac('sha256', by).update(claim).digest('hex')}`;
  const later = () => Math.floor(Date.now() / 1000) + 60;
  const cases: [string, () => unknown][] = [
    ['null', () => null],
    ['empty', () => ''],
    ['expired', () => viewerToken(id(), -1)],
    ['expiring now', () => sign(`${id()}.${Math.floor(Date.now() / 1000)}`)],
    ['signed with another key', () => sign(`${id()}.${later()}`, Buffer.alloc(32))],
    ['signed for somebody else', () => viewerToken(vault.people.outsider.id).replace(vault.people.outsider.id, id())],
    ['given a longer life', () => viewerToken(id(), -1).replace(/\.\d+\./, `.${later()}.`)],
    ['unsigned', () => `${id()}.${later()}.`],
    ['without expiry', () => sign(id())],
    ['cut short', () => viewerToken(id()).slice(0, -1)],
    ['with something behind', () => `${viewerToken(id())}0`],
    ['in capitals', () => viewerToken(id()).toUpperCase()],
    ['of a million characters', () => 'a'.repeat(1_000_000)],
    ['not ASCII', () => viewerToken(id()).replace('a', 'ä')],
    ['of a user who does not exist', () => viewerToken('01900000-0000-7000-8000-000000000000')],
  ];
  test.each(cases)('%s', async (_name, token) => {
    expect(await seenWith(token())).toEqual([]);
  });

  test('blocked, inactive', async () => {
    const { owner, people } = vault;
    for (const change of [
      'active = false',
      `blocked_until = now() + interval '1 hour'`,
      `blocked_until = 'infinity'`,
    ]) {
      await owner.query(`update rowplane.users set ${change} where id = $1`, [people.keeper.id]);
      expect(await seenWith(viewerToken(people.keeper.id))).toEqual([]);
      await owner.query('update rowplane.users set active = true, blocked_until = null where id = $1', [
        people.keeper.id,
      ]);
    }
    await owner.query(`update rowplane.users set blocked_until = now() - interval '1 second' where id = $1`, [
      people.keeper.id,
    ]);
    expect(await seenWith(viewerToken(people.keeper.id))).toEqual(['alpha', 'beta']);
  });
});

describe('nobody becomes somebody else in the middle of a transaction', () => {
  test('by set_config, whatever is written there', async () => {
    await slipped(vault, 'outsider', async (sql) => {
      const [own] = await sql.query<{ entry: string }>(`select current_setting('rowplane.viewer') as entry`);
      const forged = [
        vault.people.keeper.id,
        own!.entry.replace(vault.people.outsider.id, vault.people.keeper.id),
        viewerToken(vault.people.keeper.id),
        `${vault.people.keeper.id}.${'0'.repeat(64)}`,
        'x'.repeat(101),
        '',
      ];
      for (const entry of forged) {
        await sql.query(`select set_config('rowplane.viewer', $1, true)`, [entry]);
        expect(await seen(sql)).toEqual([]);
        await sql.query(`select set_config('rowplane.viewer', $1, false)`, [entry]);
        expect(await seen(sql)).toEqual([]);
      }
      await sql.query(`select set_config('rowplane.viewer', $1, true)`, [own!.entry]);
      expect(await seen(sql)).toEqual(['alpha']);
    });
  });

  test('by what the own entry gives away: an entry is no token, and not one of another user', async () => {
    await slipped(vault, 'outsider', async (sql) => {
      const [own] = await sql.query<{ message: string; signature: string }>(
        `select 'entry.' || left(current_setting('rowplane.viewer'), 36) || '.' || pg_backend_pid() || '.' || extract(epoch from transaction_timestamp()) as message,
           right(current_setting('rowplane.viewer'), 64) as signature`,
      );
      const token = `${own!.message}.${own!.signature}`;
      expect(await sql.query('select viewer from rowplane.enter($1)', [token])).toEqual([{ viewer: null }]);
      expect(await seen(sql)).toEqual([]);
    });
  });

  test('by what an earlier transaction of the same connection left behind', async () => {
    await withApi(vault, async (session) => {
      await session.query('set role rowplane_viewer');
      const entry = await transaction(session, async (sql) => {
        await sql.query('select rowplane.enter($1)', [viewerToken(vault.people.keeper.id)]);
        const [row] = await sql.query<{ entry: string }>(`select current_setting('rowplane.viewer') as entry`);
        await sql.query(`select set_config('rowplane.viewer', $1, false)`, [row!.entry]);
        return row!.entry;
      });
      await transaction(session, async (sql) => {
        expect(await sql.query(`select current_setting('rowplane.viewer') = $1 as there`, [entry])).toEqual([
          { there: true },
        ]);
        expect(await seen(sql)).toEqual([]);
        await sql.query('select rowplane.enter($1)', [viewerToken(vault.people.outsider.id)]);
        expect(await seen(sql)).toEqual(['alpha']);
      });
      expect(await seen(session)).toEqual([]);
    });
  });

  test('by what another connection is given', async () => {
    const stolen = await slipped(vault, 'keeper', async (sql) => {
      const [row] = await sql.query<{ entry: string }>(`select current_setting('rowplane.viewer') as entry`);
      await slipped(vault, 'outsider', async (thief) => {
        await thief.query(`select set_config('rowplane.viewer', $1, true)`, [row!.entry]);
        expect(await seen(thief)).toEqual([]);
      });
      return row!.entry;
    });
    expect(stolen).toHaveLength(101);
  });

  test('by SET ROLE: rowplane_api becomes rowplane_viewer and nothing else', async () => {
    const [deployment] = await vault.owner.query<{ tag: string }>('select tag from rowplane.deployment');
    await slipped(vault, 'outsider', async (sql) => {
      const roles = await sql.query<{ role: string }>(
        // Those of other databases come and go.
        `select quote_ident(rolname) as role from pg_roles
         where rolname not in ('rowplane_viewer', 'rowplane_api') and (rolname ~ $1 or rolsuper)`,
        [`^rowplane_|^(acp|ws)_${deployment!.tag}_`],
      );
      expect(roles.length).toBeGreaterThan(8);
      for (const { role } of roles) expect(await failure(sql, `set role ${role}`)).toBe(DENIED);
      expect(await failure(sql, 'set session authorization rowplane_owner')).toBe(DENIED);
      await sql.query('set role none');
      expect(await failure(sql, `select from plane_${vault.planes.full}.paper`)).toBe(DENIED);
      await sql.query('reset role');
      expect(await failure(sql, `select from ws_${vault.workspace}.paper`)).toBe(DENIED);
      await sql.query('set role rowplane_viewer');
      expect(await seen(sql)).toEqual(['alpha']);
    });
  });

  test('by a setting: a login of one’s own is its user, whatever is entered', async () => {
    await signedIn(vault, 'outsider', async (sql) => {
      expect(await seen(sql)).toEqual(['alpha']);
      await sql.query('select rowplane.enter($1)', [viewerToken(vault.people.keeper.id)]);
      expect(await seen(sql)).toEqual(['alpha']);
      await sql.query('select rowplane.begin_write($1)', [viewerToken(vault.people.keeper.id)]);
      expect(await seen(sql)).toEqual(['alpha']);
      await sql.query('set role rowplane_viewer');
      expect(await seen(sql)).toEqual(['alpha']);
      for (const role of ['rowplane_owner', 'rowplane_api', 'rowplane_admin'])
        expect(await failure(sql, `set role ${role}`)).toBe(DENIED);
    });
  });

  test('by the names that a login of one’s own could take for itself', async () => {
    await signedIn(vault, 'outsider', async (sql) => {
      expect(await failure(sql, `insert into rowplane.logins values (session_user, '${vault.people.keeper.id}')`)).toBe(
        DENIED,
      );
      expect(await failure(sql, `create role friend`)).toBe(DENIED);
      expect(await failure(sql, `grant rowplane_owner to current_user`)).toBe(DENIED);
    });
  });
});

test('a login that is nobody’s sees nothing, such as one of another database of the same server', async () => {
  const role = `login_${vault.database.name.replace('test_', '')}_stranger`;
  const superuser = await connect(vault.database.superuserUrl);
  await superuser.query(`create role ${role} login password 'x' in role rowplane_viewer`);
  await superuser.end();
  const url = new URL(vault.database.superuserUrl);
  url.username = role;
  url.password = 'x';
  const stranger = await connect(url.href);
  try {
    await transaction(stranger, async (sql) => {
      expect(await seen(sql)).toEqual([]);
      await sql.query(`select set_config('rowplane.viewer', '${vault.people.keeper.id}', true)`);
      expect(await seen(sql)).toEqual([]);
      expect(await sql.query('select rowplane.viewer() as viewer, rowplane.viewer_role() as role')).toEqual([
        { viewer: null, role: null },
      ]);
    });
  } finally {
    await stranger.end();
  }
});

test('U2: the login for administration sees and changes nothing but for a signed administrator', async () => {
  const { people, owner, database, groups } = vault;
  const session = await connect(database.adminUrl);
  const tokens = [null, viewerToken(people.keeper.id), viewerToken(people.keeper.id, -1)];
  try {
    for (const token of tokens)
      await transaction(session, async (sql) => {
        await sql.query('select rowplane.enter($1)', [token]);
        for (const table of [
          'users',
          'groups',
          'archives',
          'clients',
          'planes',
          'client_assignments',
          'object_entries',
        ])
          expect([table, await sql.query(`select * from rowplane.${table}`)]).toEqual([table, []]);
        expect(
          await failure(sql, `insert into rowplane.group_members values ('${groups.keeper}', '${people.nobody.id}')`),
        ).toBe(DENIED);
        expect(await failure(sql, `select from plane_${vault.planes.full}.paper`)).toBe(DENIED);
      });
    await owner.query(`update rowplane.users set role = 'ADMINISTRATOR' where id = $1`, [people.keeper.id]);
    await transaction(session, async (sql) => {
      await sql.query('select rowplane.enter($1)', [viewerToken(people.keeper.id)]);
      expect(await sql.query('select * from rowplane.archives')).toHaveLength(2);
      // Administration is not sight.
      expect(await failure(sql, `select from plane_${vault.planes.full}.paper`)).toBe(DENIED);
      expect(await failure(sql, `select from ws_${vault.workspace}.paper`)).toBe(DENIED);
    });
  } finally {
    await session.end();
    await owner.query(`insert into rowplane.users (name, role) values ('other', 'ADMINISTRATOR')`);
    await owner.query(`update rowplane.users set role = 'INTERNAL' where id = $1`, [people.keeper.id]);
  }
});

test('U3: SQL that slips back to the API’s login lists no accounts and finds none', async () => {
  await slipped(vault, 'keeper', async (sql) => {
    await sql.query('set role none');
    for (const proof of [null, '', 'x', '0'.repeat(64), viewerToken(vault.people.keeper.id)]) {
      expect(await sql.query('select * from rowplane.some_accounts(1000, $1)', [proof])).toEqual([]);
      expect(await sql.query(`select rowplane.find_account('name', 'keeper', $1) as id`, [proof])).toEqual([
        { id: null },
      ]);
    }
  });
});

test('the key and everything made from it stay with the owner’s functions', async () => {
  await slipped(vault, 'keeper', async (sql) => {
    for (const attempt of [
      'select * from rowplane.secret',
      'select * from rowplane.viewer_access',
      'update rowplane.clock set ticks = ticks',
      'select * from rowplane.clock for update',
      'lock table rowplane.gate',
      `select rowplane.access(${vault.workspace})`,
      `select rowplane.compile_access('${vault.people.keeper.id}', ${vault.workspace})`,
      `select rowplane.groups_of('${vault.people.keeper.id}')`,
    ])
      expect([attempt, await failure(sql, attempt)]).toEqual([attempt, DENIED]);
  });
});
