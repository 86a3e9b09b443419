import { afterAll, beforeAll, expect, it } from 'vitest';
import { disableClients, enableClients } from '../../src/administration/archive-clients.ts';
import { createArchive, getArchive } from '../../src/administration/archives.ts';
import {
  assignClient,
  listAssignable,
  listAssigned,
  unassignClient,
} from '../../src/administration/client-assignments.ts';
import { createClient, deleteClient, listClients, renameClient } from '../../src/administration/clients.ts';
import { createGroup } from '../../src/administration/groups.ts';
import { addMembers } from '../../src/administration/group-members.ts';
import { createWorkspace } from '../../src/administration/workspaces.ts';
import { codeOf, refusalOf } from './account.ts';
import { DEFINITIONS, type Office, openOffice } from './office.ts';

let office: Office;

beforeAll(async () => {
  office = await openOffice();
});
afterAll(() => office.end());

/** A new archive, so that tests don't meet. */
async function archiveOf(name: string): Promise<string> {
  return (await office.change((a) => createArchive(a, { workspaceId: office.workspace, name }))).id;
}

async function client(name: string): Promise<string> {
  return (await office.change((a) => createClient(a, { workspaceId: office.workspace, name }))).id;
}

it('C2: turning clients on gives the records that have none a client, in the same transaction', async () => {
  const archive = await archiveOf('turned on');
  const [general, experts] = [await client('General 1'), await client('Experts 1')];
  const { bea, cas } = await office.users('INTERNAL', 'bea', 'cas');
  await office.matter('kept', { archive, client: experts });
  await office.matter('without', { archive });
  await office.matter('without, in the trash', { archive, trashed: true });
  expect(await office.sees(bea), 'C1: clients are off').toBe(2);

  const { records } = await office.change((a) =>
    enableClients(a, archive, {
      client: general,
      assignments: [
        { client: general, users: [bea] },
        { client: experts, users: [cas] },
      ],
    }),
  );
  expect(records).toBe(2);
  const rows = await office.database.owner.query(
    `select m.name, m.client_id = $1 as general, r.client_id = m.client_id as right_realm
     from ws_${office.workspace}.matter m join rowplane.realms r on r.workspace_id = $2 and r.id = m.realm_id
     where m.archive_id = $3 order by 1`,
    [general, office.workspace, archive],
  );
  expect(rows).toEqual([
    { name: 'kept', general: false, right_realm: true },
    { name: 'without', general: true, right_realm: true },
    { name: 'without, in the trash', general: true, right_realm: true },
  ]);
  expect([await office.sees(bea), await office.sees(cas)], 'C5').toEqual([1, 1]);

  await office.change((a) => disableClients(a, archive));
  expect([await office.sees(bea), await office.sees(cas)], 'C2: off, nothing is filtered').toEqual([2, 2]);
  await office.matter('new without', { archive });
  await office.change((a) => enableClients(a, archive, { client: experts, assignments: [] }));
  expect([await office.sees(bea), await office.sees(cas)], 'C2: the clients were kept').toEqual([1, 2]);
  await office.database.owner.query(`delete from ws_${office.workspace}.matter where archive_id = $1`, [archive]);
});

it('C2: refused without a client for the records that have none, and without first assignments; then nothing has changed', async () => {
  const archive = await archiveOf('refused');
  const general = await client('General 2');
  const id = await office.matter('without', { archive });
  const assignments = [{ client: general, users: [office.ada] }];
  const without = await refusalOf(office.change((a) => enableClients(a, archive, { assignments })));
  expect(without.problems).toEqual(['client: is needed for the records that have none']);
  const nobody = await refusalOf(office.change((a) => enableClients(a, archive, { client: general, assignments: [] })));
  expect(nobody.problems[0]).toMatch(/^assignments: /);
  const archiveNow = await office.read((a) => getArchive(a, archive));
  expect(archiveNow.clientsEnabled).toBe(false);
  expect((await office.read((a) => listAssigned(a, { client: general, archive }))).items).toEqual([]);
  await office.database.owner.query(`delete from ws_${office.workspace}.matter where id = $1`, [id]);
});

it('C2: a unique value that two records would share under one client is said, and changes nothing', async () => {
  const archive = await archiveOf('unique');
  const general = await client('General 3');
  await office.matter('same', { archive, client: general });
  await office.matter('same', { archive });
  const input = { client: general, assignments: [{ client: general, users: [office.ada] }] };
  const refusal = await refusalOf(office.change((a) => enableClients(a, archive, input)));
  expect(refusal.problems[0]).toMatch(/^client: would have two records with the same value/);
  await office.database.owner.query(`delete from ws_${office.workspace}.matter where archive_id = $1`, [archive]);
});

it('C4: lists say who is assigned to a client in an archive, and who could be', async () => {
  const archive = await archiveOf('lists');
  const experts = await client('Experts 4');
  const { dora, dirk } = await office.users('EXTERNAL', 'dora', 'dirk');
  const group = await office.change((a) => createGroup(a, { name: 'Dispatch' }));
  await office.change((a) => assignClient(a, { client: experts, archive, users: [dora], groups: [group.id] }));
  await office.change((a) => assignClient(a, { client: experts, archive, users: [dora] }));
  await office.read(async (a) => {
    const place = { client: experts, archive };
    expect((await listAssigned(a, place, { count: true })).items).toEqual([
      { kind: 'GROUP', id: group.id, name: 'Dispatch' },
      { kind: 'USER', id: dora, name: 'dora' },
    ]);
    const others = (await listAssignable(a, place, { search: 'd' })).items.map(({ name }) => name);
    expect(others).toEqual(expect.arrayContaining(['Guests', 'ada', 'dirk'].filter((name) => /d/i.test(name))));
    expect(others).not.toContain('dora');
    expect(others).not.toContain('Dispatch');
  });
  expect(dirk).toBeDefined();
});

it('C4, C5: assignments reach through groups, and end with them', async () => {
  const archive = await archiveOf('groups');
  const general = await client('General 5');
  const { finn } = await office.users('INTERNAL', 'finn');
  const group = await office.change((a) => createGroup(a, { name: 'Counter' }));
  await office.change((a) => addMembers(a, group.id, [finn]));
  await office.matter('theirs', { archive, client: general });
  await office.change((a) => enableClients(a, archive, { assignments: [{ client: general, groups: [group.id] }] }));
  expect(await office.sees(finn)).toBe(1);
  const warnings = await office.change((a) => unassignClient(a, { client: general, archive, groups: [group.id] }));
  expect(warnings, 'C9').toMatchObject([{ code: 'LAST_ASSIGNMENT' }]);
  expect(await office.sees(finn)).toBe(0);
  await office.database.owner.query(`delete from ws_${office.workspace}.matter where archive_id = $1`, [archive]);
});

it('C9: a client with records, in the trash too, can’t be deleted; afterwards its realms are gone and no one else’s flags move', async () => {
  const archive = await archiveOf('deleting');
  const [old, kept] = [await client('Old'), await client('Kept')];
  const { gero } = await office.users('INTERNAL', 'gero');
  const id = await office.matter('last', { archive, client: old, trashed: true });
  await office.matter('kept', { archive, client: kept });
  await office.change((a) =>
    enableClients(a, archive, {
      assignments: [
        { client: kept, users: [gero, office.ada] },
        { client: old, users: [office.ada] },
      ],
    }),
  );
  expect(await codeOf(office.change((a) => deleteClient(a, old)))).toBe('IN_USE');
  await office.database.owner.query(`delete from ws_${office.workspace}.matter where id = $1`, [id]);
  expect(await office.sees(gero)).toBe(1);
  await office.change((a) => deleteClient(a, old));
  expect(await office.sees(gero), 'realm numbers are places in the flags: a gap must not shift them').toBe(1);
  const { items } = await office.read((a) => listClients(a, { workspaceId: office.workspace, search: 'old' }));
  expect(items).toEqual([]);
  await office.database.owner.query(`delete from ws_${office.workspace}.matter where archive_id = $1`, [archive]);
});

it('clients belong to one workspace, where their names are unique', async () => {
  const general = await client('Unique');
  const again = await refusalOf(
    office.change((a) => createClient(a, { workspaceId: office.workspace, name: 'Unique' })),
  );
  expect(again.problems).toEqual(['name: is the name of another client here']);
  expect((await office.change((a) => renameClient(a, general, 'Renamed'))).name).toBe('Renamed');

  const other = await office.change((a) =>
    createWorkspace(a, DEFINITIONS, { companyId: office.company, name: 'Elsewhere' }),
  );
  const stranger = (await office.change((a) => createClient(a, { workspaceId: other.id, name: 'Stranger' }))).id;
  const refusal = await refusalOf(
    office.change((a) => assignClient(a, { client: stranger, archive: office.archive, users: [office.ada] })),
  );
  expect(refusal.problems).toEqual(['client: belongs to another workspace than "Permits"']);
});
