import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { openVault, type Vault } from '../attack/vault.ts';
import { MISSING, refusal, writerOf } from './support.ts';

let vault: Vault;
let count = 0;
beforeAll(async () => {
  vault = await openVault();
});
afterAll(() => vault.close());
beforeEach(async () => {
  await vault.owner.query(`truncate ws_${vault.workspace}.paper, ws_${vault.workspace}.note`);
});

/** A paper of client Alpha. */
function alpha(rest: Partial<Parameters<Vault['lay']>[0]> = {}) {
  return { archive: vault.archives.safe, client: vault.clients.alpha, code: `A${++count}`, ...rest };
}

function beta(rest: Partial<Parameters<Vault['lay']>[0]> = {}) {
  return { archive: vault.archives.safe, client: vault.clients.beta, code: `B${++count}`, ...rest };
}

async function paperOf(id: string | undefined): Promise<Record<string, unknown>> {
  const found = (await vault.papers()).find((each) => each.id === id);
  return found ?? {};
}

test('W1, W6: fields that are EDIT are changed, all of a call together, and the version goes up by one', async () => {
  const [id] = await vault.lay(alpha({ title: 'before', status: 'OPEN' }));
  await writerOf(vault, 'outsider').update([id!], { title: 'after', status: 'CLOSED', pages: 7 });
  expect(await paperOf(id)).toMatchObject({ title: 'after', status: 'CLOSED', pages: 7, version: 2 });
});

test('W1: a value of every type arrives as it was given', async () => {
  const [id, parent] = await vault.lay(alpha(), alpha());
  const given = {
    title: 'Größe "\\ \u{1f5c3} \u0301',
    secret: '',
    worth: '-12.5',
    pages: -2147483648,
    filed: '0001-01-01',
    seenAt: '2026-01-31T12:00:00.123456+01:00',
    urgent: false,
    status: 'OPEN',
    parent: parent!,
    author: vault.people.keeper.id,
  };
  await writerOf(vault, 'keeper').update([id!], given);
  const [row] = await vault.owner.query(
    `select title, secret, worth::text, pages, filed::text, seen_at at time zone 'UTC' = '2026-01-31 11:00:00.123456' as seen,
       urgent, status, parent_id, author_id from ws_${vault.workspace}.paper where id = $1`,
    [id],
  );
  expect(row).toEqual({
    title: given.title,
    secret: '',
    worth: '-1250',
    pages: -2147483648,
    filed: '0001-01-01',
    seen: true,
    urgent: false,
    status: 'OPEN',
    parent_id: parent,
    author_id: vault.people.keeper.id,
  });
  await writerOf(vault, 'keeper').update([id!], Object.fromEntries(Object.keys(given).map((name) => [name, null])));
  expect(await paperOf(id)).toMatchObject({ title: null, worth: null, parent_id: null, author_id: null });
});

test('W1: a field that is hidden or READ is refused by name, even with the value that it has', async () => {
  const [id] = await vault.lay(alpha({ secret: 'x' }));
  expect(await refusal(writerOf(vault, 'outsider').update([id!], { secret: 'x' }))).toEqual({
    code: 'FORBIDDEN',
    field: 'secret',
    id,
  });
  expect(await paperOf(id)).toMatchObject({ version: 1 });
});

test('W1, A7: two planes do not add up: a field is judged by a plane that exposes the record as it was', async () => {
  const [open, closed] = await vault.lay(alpha({ status: 'OPEN' }), alpha({ status: 'CLOSED' }));
  const mixer = writerOf(vault, 'mixer');
  expect(await refusal(mixer.update([open!], { secret: 's' }))).toMatchObject({ code: 'FORBIDDEN', field: 'secret' });
  expect(await refusal(mixer.update([closed!], { title: 't' }))).toMatchObject({ code: 'FORBIDDEN', field: 'title' });
  // Judged on the record as it was, although the change makes it one that the other plane exposes.
  expect(await refusal(mixer.update([open!], { status: 'CLOSED', secret: 's' }))).toMatchObject({ field: 'secret' });
  await mixer.update([open!], { title: 't', status: 'CLOSED' });
  await mixer.update([open!], { secret: 's' });
  expect(await paperOf(open)).toMatchObject({ title: 't', secret: 's', version: 3 });
});

test('W4: a change may move a record out of the viewer’s planes', async () => {
  const [id] = await vault.lay(alpha({ status: 'OPEN' }));
  const opener = writerOf(vault, 'opener');
  await opener.update([id!], { status: 'CLOSED' });
  expect(await paperOf(id)).toMatchObject({ status: 'CLOSED' });
  expect(await refusal(opener.update([id!], { status: 'OPEN' }))).toEqual({ code: 'NOT_FOUND', ids: [id] });
});

test('W5, V2: hidden, missing and trashed records are refused alike, all of them listed, and nothing is changed', async () => {
  const [mine, foreign, closed, gone] = await vault.lay(
    alpha({ status: 'OPEN' }),
    beta({ status: 'OPEN' }),
    alpha({ status: 'CLOSED' }),
    alpha({ status: 'OPEN', trashed: true }),
  );
  const opener = writerOf(vault, 'opener');
  const refused = await refusal(opener.update([mine!, foreign!, closed!, gone!, MISSING], { title: 'x' }));
  expect(refused).toEqual({ code: 'NOT_FOUND', ids: [foreign, closed, gone, MISSING] });
  expect(await paperOf(mine)).toMatchObject({ title: null, version: 1 });
  for (const id of [foreign!, closed!, gone!, MISSING])
    expect(await refusal(opener.update([id], { title: 'x' }))).toEqual({ code: 'NOT_FOUND', ids: [id] });
});

test('W1: several at once need MASS_UPDATE on each', async () => {
  const [one, two] = await vault.lay(alpha({ status: 'OPEN' }), alpha({ status: 'OPEN' }));
  expect(await refusal(writerOf(vault, 'outsider').update([one!, two!], { title: 'x' }))).toMatchObject({
    code: 'FORBIDDEN',
    ability: 'MASS_UPDATE',
  });
  expect(await paperOf(one)).toMatchObject({ version: 1 });
  await writerOf(vault, 'opener').update([one!, two!], { title: 'x' });
  expect(await vault.papers()).toMatchObject([{ title: 'x' }, { title: 'x' }]);
});

test('W1: one record that is named twice is one record', async () => {
  const [id] = await vault.lay(alpha());
  await writerOf(vault, 'outsider').update([id!, id!], { title: 'x' });
  expect(await paperOf(id)).toMatchObject({ title: 'x', version: 2 });
});

test('W6: a write that expects another version is refused with the one that the record has', async () => {
  const [one, two] = await vault.lay(alpha({ status: 'OPEN' }), alpha({ status: 'OPEN' }));
  const opener = writerOf(vault, 'opener');
  await opener.update([{ id: one!, version: 1 }], { title: 'x' });
  expect(await refusal(opener.update([{ id: one!, version: 1 }], { title: 'y' }))).toMatchObject({
    code: 'STALE_VERSION',
    id: one,
    version: 2,
    expected: 1,
  });
  // Among several, only those with an expectation are held to it.
  await opener.update([{ id: one!, version: 2 }, two!], { title: 'y' });
  expect(await refusal(opener.update([one!, { id: two!, version: 1 }], { title: 'z' }))).toMatchObject({ id: two });
});

test('W6, V2: the version of a hidden record is not told', async () => {
  const [id] = await vault.lay(beta());
  expect(await refusal(writerOf(vault, 'outsider').update([{ id: id!, version: 9 }], { title: 'x' }))).toEqual({
    code: 'NOT_FOUND',
    ids: [id],
  });
});

test('W8: a reference to a hidden record is refused like one to a missing record', async () => {
  const [id, seen, hidden, gone] = await vault.lay(alpha(), alpha(), beta(), alpha({ trashed: true }));
  const outsider = writerOf(vault, 'outsider');
  await outsider.update([id!], { parent: seen! });
  const answers = await Promise.all(
    [hidden!, gone!, MISSING].map((parent) => refusal(outsider.update([id!], { parent }))),
  );
  expect(answers[0]).toEqual({
    code: 'VALIDATION_FAILED',
    problems: [{ path: 'parent', message: 'there is no such record' }],
  });
  expect(answers[1]).toEqual(answers[0]);
  expect(answers[2]).toEqual(answers[0]);
});

test('V2: a value that is taken in the archive and for the client says no more than that; elsewhere it is free', async () => {
  const [mine] = await vault.lay(
    alpha({ code: 'mine' }),
    alpha({ code: 'taken', status: 'CLOSED' }),
    beta({ code: 'free' }),
  );
  const outsider = writerOf(vault, 'outsider');
  expect(await refusal(outsider.update([mine!], { code: 'taken' }))).toEqual({
    code: 'VALIDATION_FAILED',
    problems: [{ path: 'code', message: 'is taken: another record has this Code there' }],
  });
  await outsider.update([mine!], { code: 'free' });
  expect(await paperOf(mine)).toMatchObject({ code: 'free' });
});

test('every problem with the values is told at once, before anything is asked of the database', async () => {
  const [id] = await vault.lay(alpha());
  const refused = await refusal(
    writerOf(vault, 'keeper').update([id!], {
      code: null,
      title: 'x'.repeat(501),
      secret: 'a\0b',
      worth: '1.234',
      pages: 1.5,
      filed: '2026-02-30',
      seenAt: '2026-01-01',
      urgent: 'yes',
      status: 'LOST',
      parent: 'not an id',
      colour: 'red',
    }),
  );
  expect((refused.problems as { path: string }[]).map(({ path }) => path)).toEqual([
    'code',
    'title',
    'secret',
    'worth',
    'pages',
    'filed',
    'seenAt',
    'urgent',
    'status',
    'parent',
    'colour',
  ]);
  expect(await refusal(writerOf(vault, 'keeper').update([id!], { title: '\ud800' }))).toMatchObject({
    problems: [{ path: 'title' }],
  });
});

test('a write names at least one record and at least one field, and no more records than a call may change', async () => {
  const [id] = await vault.lay(alpha());
  const keeper = writerOf(vault, 'keeper');
  expect(await refusal(keeper.update([], { title: 'x' }))).toMatchObject({ problems: [{ path: 'ids' }] });
  expect(await refusal(keeper.update([id!], {}))).toMatchObject({ problems: [{ path: 'input' }] });
  expect(await refusal(keeper.update(Array<string>(1001).fill(id!), { title: 'x' }))).toMatchObject({
    problems: [{ path: 'ids' }],
  });
  expect(
    await refusal(
      keeper.update(
        [
          { id: id!, version: 1 },
          { id: id!, version: 2 },
        ],
        { title: 'x' },
      ),
    ),
  ).toMatchObject({ problems: [{ path: 'versions' }] });
});
