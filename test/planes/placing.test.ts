import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createReview, enable, type Review } from './review.ts';

let review: Review;
let cleo: string;
let ben: string;
let permits: string;
let other: string;
const clients: Record<string, string> = {};

beforeAll(async () => {
  review = await createReview();
  [cleo, ben] = [await review.user('cleo'), await review.user('ben')];
  await review.plane('all', { document: enable({ layouts: ['edit'], abilities: ['CREATE', 'MASS_UPDATE'] }) }, [
    cleo,
    ben,
  ]);
  [permits, other] = [await archive('Permits'), await archive('Other')];
  for (const name of ['General', 'Contact', 'Experts'])
    clients[name] = await first(`insert into rowplane.clients (workspace_id, name) values ($1, $2) returning id`, [
      review.workspace,
      name,
    ]);
  await assign('General', permits, ben);
  await assign('General', permits, cleo);
  await assign('Contact', permits, cleo);
  await assign('General', other, cleo);
  await assign('Experts', other, cleo);
});
afterAll(() => review?.end());

async function first(text: string, values: unknown[]): Promise<string> {
  const [row] = await review.owner.query<{ id: string }>(text, values);
  return row!.id;
}

const archive = (name: string): Promise<string> =>
  first('insert into rowplane.archives (workspace_id, name, clients_enabled) values ($1, $2, true) returning id', [
    review.workspace,
    name,
  ]);

async function assign(client: string, place: string, user: string): Promise<void> {
  await review.owner.query(
    'insert into rowplane.client_assignments (client_id, archive_id, user_id) values ($1, $2, $3)',
    [clients[client], place, user],
  );
}

const folder = (place: string, name: string): Promise<string> =>
  first('insert into rowplane.folders (archive_id, parent_id, name) values ($1, $1, $2) returning id', [place, name]);

/** Moves through the door after preparing the realm, as the writer does. */
function place(viewer: string, id: string, to: { archive: string; folder?: string; client?: string }, set: string) {
  return review.as(viewer, async (sql) => {
    await sql.query('select from rowplane.prepare_realm($1, $2, $3)', [
      to.archive,
      to.folder ?? null,
      to.client ?? null,
    ]);
    await sql.query('select rowplane.set_targets($1)', [[id]]);
    await sql.query(`update ws_${review.workspace}_edit.document set ${set}`);
  });
}

describe('C7: the client of a record', () => {
  test('changes to one of the viewer’s clients, and the realm with it', async () => {
    const id = await review.record('document', {}, { archive: permits, client: clients.General! });
    await place(cleo, id, { archive: permits, client: clients.Contact! }, `client_id = '${clients.Contact}'`);
    const stored = await review.stored('document', id);
    expect(stored).toMatchObject({ client_id: clients.Contact, archive_id: permits, version: 2 });
    const [realm] = await review.owner.query(
      'select client_id from rowplane.realms where workspace_id = $1 and id = $2',
      [review.workspace, stored.realm_id],
    );
    expect(realm).toEqual({ client_id: clients.Contact });
  });

  test('a client that is not the viewer’s is refused like a missing one', async () => {
    const id = await review.record('document', {}, { archive: permits, client: clients.General! });
    // There are records of that client, so its realm exists.
    await review.record('document', {}, { archive: permits, client: clients.Contact! });
    const answers = [];
    for (const client of [clients.Contact, clients.Experts, '01900000-0000-7000-8000-000000000000'])
      answers.push(
        await review
          .edit(ben, 'document', [id], `client_id = '${client}'`)
          .catch(({ code, message }: { code: string; message: string }) => ({ code, message })),
      );
    expect(answers[0]).toMatchObject({ code: 'RPNFD' });
    expect(answers[1]).toEqual(answers[0]);
    expect(answers[2]).toEqual(answers[0]);
  });

  test('C3: no record loses its client while clients are on', async () => {
    const id = await review.record('document', {}, { archive: permits, client: clients.General! });
    await expect(review.edit(cleo, 'document', [id], 'client_id = null')).rejects.toMatchObject({ code: 'RPCLI' });
    expect(await review.edit(ben, 'document', [id], 'client_id = null')).toEqual([id]);
    expect((await review.stored('document', id)).client_id).toBe(clients.General);
  });

  test('clients are off: none can be given', async () => {
    const id = await review.record('document');
    await expect(review.edit(cleo, 'document', [id], `client_id = '${clients.General}'`)).rejects.toMatchObject({
      code: 'RPVAL',
    });
  });

  test('C5: a record of another client is not there to be changed', async () => {
    const id = await review.record('document', {}, { archive: permits, client: clients.Contact! });
    expect(await review.edit(ben, 'document', [id], `title = 'x'`)).toEqual([]);
    expect(await review.edit(ben, 'document', [id], `client_id = '${clients.General}'`)).toEqual([]);
  });
});

describe('P8: the folder of a record', () => {
  test('changes within the archive, and the client stays', async () => {
    const into = await folder(permits, 'into');
    const id = await review.record('document', {}, { archive: permits, client: clients.Contact! });
    expect(await review.edit(cleo, 'document', [id], `folder_id = '${into}'`)).toEqual([id]);
    expect(await review.stored('document', id)).toMatchObject({ folder_id: into, client_id: clients.Contact });
  });

  test('C2: the client stays also while clients are off', async () => {
    const quiet = await archive('Quiet');
    const into = await folder(quiet, 'into');
    await assign('General', quiet, cleo);
    const id = await review.record('document', {}, { archive: quiet, client: clients.General! });
    await review.owner.query('update rowplane.archives set clients_enabled = false where id = $1', [quiet]);
    expect(await review.edit(ben, 'document', [id], `folder_id = '${into}'`)).toEqual([id]);
    expect((await review.stored('document', id)).client_id).toBe(clients.General);
  });

  test('C8: in another archive the client is chosen anew, unless it is the viewer’s there too', async () => {
    const id = await review.record('document', {}, { archive: permits, client: clients.Contact! });
    await expect(review.edit(cleo, 'document', [id], `folder_id = '${other}'`)).rejects.toMatchObject({
      code: 'RPCLI',
    });
    await place(
      cleo,
      id,
      { archive: other, client: clients.Experts! },
      `folder_id = '${other}', client_id = '${clients.Experts}'`,
    );
    expect(await review.stored('document', id)).toMatchObject({ archive_id: other, client_id: clients.Experts });
    const kept = await review.record('document', {}, { archive: permits, client: clients.General! });
    await place(cleo, kept, { archive: other, client: clients.General! }, `folder_id = '${other}'`);
    expect(await review.stored('document', kept)).toMatchObject({ archive_id: other, client_id: clients.General });
  });

  test('an archive with clients off takes the record without one', async () => {
    const id = await review.record('document', {}, { archive: permits, client: clients.General! });
    await place(ben, id, { archive: review.archive }, `folder_id = '${review.archive}'`);
    expect(await review.stored('document', id)).toMatchObject({ archive_id: review.archive, client_id: null });
  });

  test('C6: an archive that does not exist for the viewer is like a missing one', async () => {
    const id = await review.record('document');
    const answers = [];
    for (const target of [other, '01900000-0000-7000-8000-000000000000'])
      answers.push(
        await review
          .edit(ben, 'document', [id], `folder_id = '${target}'`)
          .catch(({ code, message }: { code: string; message: string }) => ({ code, message })),
      );
    expect(answers[0]).toEqual({ code: 'RPNFD', message: 'There is no such folder.' });
    expect(answers[1]).toEqual(answers[0]);
  });

  test('W4: not into a folder that the viewer may not EDIT', async () => {
    const closed = await archive('Closed');
    await review.owner.query('update rowplane.archives set clients_enabled = false where id = $1', [closed]);
    await review.record('document', {}, { archive: closed });
    await review.owner.query(
      `insert into rowplane.object_entries (archive_id, object_id, user_id, permission, decision) values ($1, $1, $2, 'EDIT', 'DENY')`,
      [closed, ben],
    );
    const id = await review.record('document');
    await expect(review.edit(ben, 'document', [id], `folder_id = '${closed}'`)).rejects.toMatchObject({
      code: 'RPFOR',
    });
    // Nor out of one.
    const inside = await review.record('document', {}, { archive: closed });
    expect(await review.edit(ben, 'document', [inside], `folder_id = '${review.archive}'`)).toEqual([]);
  });
});

describe('C8: creating', () => {
  const create = (viewer: string, client?: string): Promise<string> =>
    review.as(viewer, async (sql) => {
      const [plane] = await sql.query<{ name: string }>(`select (rowplane.viewer_planes($1))[1]::text as name`, [
        review.workspace,
      ]);
      const [made] = await sql.query<{ id: string }>('select uuidv7() as id');
      await sql.query('select from rowplane.prepare_realm($1, null, $2)', [permits, client ?? null]);
      await sql.query(`insert into plane_${plane!.name}_new.document (id, archive_id, client_id) values ($1, $2, $3)`, [
        made!.id,
        permits,
        client,
      ]);
      return made!.id;
    });

  test('without a client takes the viewer’s only one, or asks which', async () => {
    const id = await create(ben);
    expect((await review.stored('document', id)).client_id).toBe(clients.General);
    await expect(create(cleo)).rejects.toMatchObject({ code: 'RPCLI' });
    expect((await review.stored('document', await create(cleo, clients.Contact))).client_id).toBe(clients.Contact);
  });

  test('C7: not for somebody else’s client', async () => {
    await expect(create(ben, clients.Contact)).rejects.toMatchObject({ code: 'RPNFD' });
  });
});
