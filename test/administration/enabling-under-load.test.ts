import { afterAll, beforeAll, expect, it } from 'vitest';
import { enableClients } from '../../src/administration/archive-clients.ts';
import { createClient } from '../../src/administration/clients.ts';
import { connect } from '../../src/database/queryable.ts';
import { viewerToken } from '../support/database.ts';
import { type Office, openOffice } from './office.ts';

let office: Office;

beforeAll(async () => {
  office = await openOffice();
});
afterAll(() => office.end());

it('C3: no record slips in without a client while clients are being turned on', async () => {
  const { id: client } = await office.change((a) =>
    createClient(a, { workspaceId: office.workspace, name: 'General' }),
  );
  const { wes } = await office.users('INTERNAL', 'wes');
  const [plane] = await office.database.owner.query<{ id: number }>('select id from rowplane.planes');
  const early = await connect(office.database.apiUrl);
  const late = await connect(office.database.apiUrl);
  const begin = 'begin isolation level read committed read write; set local role rowplane_viewer';
  const create = async (session: typeof early, name: string) => {
    await session.query('select rowplane.prepare_realm($1, null, null)', [office.archive]);
    await session.query(`insert into plane_${plane!.id}_new.matter (archive_id, name) values ($1, $2)`, [
      office.archive,
      name,
    ]);
    await session.query('commit');
  };
  try {
    await early.query(begin);
    await early.query('select rowplane.begin_write($1)', [viewerToken(wes)]);
    const enabling = office.change((a) =>
      enableClients(a, office.archive, { client, assignments: [{ client, users: [wes] }] }),
    );
    await waiting(1);
    await late.query(begin);
    const lateWrite = late.query('select rowplane.begin_write($1)', [viewerToken(wes)]);
    await waiting(2);
    await create(early, 'early');
    expect((await enabling).records, 'the record of the writer who was there first').toBe(1);
    await lateWrite;
    await create(late, 'late');
  } finally {
    await early.end();
    await late.end();
  }
  const rows = await office.database.owner.query(
    `select name, client_id = $1 as general from ws_${office.workspace}.matter order by 1`,
    [client],
  );
  expect(rows).toEqual([
    { name: 'early', general: true },
    { name: 'late', general: true },
  ]);
});

/** Until so many sessions of this database wait for a lock, as its superuser sees it. */
async function waiting(sessions: number): Promise<void> {
  const observer = await connect(office.database.superuserUrl);
  try {
    for (let attempt = 0; attempt < 1000; attempt++) {
      const [row] = await observer.query<{ waiting: number }>(
        `select count(*)::int as waiting from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`,
      );
      if ((row?.waiting ?? 0) >= sessions) return;
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
    throw new Error(`There never were ${sessions} sessions waiting for a lock.`);
  } finally {
    await observer.end();
  }
}
