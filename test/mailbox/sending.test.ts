import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { connect } from '../../src/database/queryable.ts';
import { viewerToken } from '../support/database.ts';
import { openMailroom, showing, type Mailroom } from './mailroom.ts';

let room: Mailroom;
let workspace: number;
const people: Record<string, string> = {};
let letter: string;

beforeAll(async () => {
  room = await openMailroom();
  workspace = room.workspace;
  for (const name of ['ida', 'ivo', 'iris', 'sees nothing']) people[name] = await room.user(name);
  people.reader = await room.user('reader');
  people.ada = await room.user('ada', 'ADMINISTRATOR');
  people.guest = await room.user('guest', 'GUEST');
  people.nobox = await room.user('nobox', 'INTERNAL', false);
  const group = await room.group(['ida', 'ivo', 'iris', 'nobox', 'guest'].map((name) => people[name]!));
  await room.plane('all', { letter: showing() }, [group]);
  await room.plane('reading', { letter: showing({ abilities: [] }) }, [await room.group([people.reader])]);
});
afterAll(() => room?.end());
beforeEach(async () => {
  await room.owner.query('delete from rowplane.mailbox_entries');
  await room.owner.query('update rowplane.users set workflow_access = true, blocked_until = null where name <> $1', [
    'nobox',
  ]);
  letter = await room.record('letter', { title: 'a letter' });
});

const send = (viewer: string, entry: string, to: string, note: string | null = null) =>
  room.call(people[viewer]!, 'select rowplane.send_entries($1, $2, $3, $4)', [workspace, [entry], people[to], note]);
const act = (viewer: string, name: string, entries: string[]) =>
  room.call(people[viewer]!, `select rowplane.${name}($1, $2)`, [workspace, entries]);
const hide = (id: string) =>
  room.owner.query(`update ws_${workspace}.letter set deleted_at = now() where id = $1`, [id]);
const show = (id: string) =>
  room.owner.query(`update ws_${workspace}.letter set deleted_at = null where id = $1`, [id]);
const history = (viewer: string, entry: string) =>
  room.call(people[viewer]!, 'select kind, actor_id, recipient_id, note from rowplane.mailbox_history($1, $2)', [
    workspace,
    [entry],
  ]);

it('M1, M3: what is placed lies in the mailbox with note and sender, and nowhere else', async () => {
  await room.place(people.ida!, letter, people.ivo!, ' Please answer ');
  const [entry] = await room.call(people.ivo!, 'select * from rowplane.mailbox($1)', [workspace]);
  expect(entry).toMatchObject({ record_id: letter, sender_id: people.ida, note: 'Please answer', read_at: null });
  expect(await room.mailbox(people.ida!)).toEqual([]);
  expect(await room.mailbox(people.iris!)).toEqual([]);
});

it('M1, A8: placing needs its ability on each record, sending the other one', async () => {
  await expect(room.place(people.reader!, letter, people.ivo!)).rejects.toMatchObject({
    code: 'RPFOR',
    detail: `{"ids": ["${letter}"], "ability": "PLACE_IN_MAILBOX"}`,
  });
  const records = [workspace, ['letter'], [letter], people.ivo];
  await expect(room.call(people.reader!, 'select rowplane.send_records($1, $2, $3, $4)', records)).rejects.toThrow(
    /SEND_PROCESS/,
  );
  await room.call(people.ida!, 'select rowplane.send_records($1, $2, $3, $4)', records);
  expect(await room.mailbox(people.ivo!)).toEqual([letter]);
});

it('U4: guests place nothing, nor does anonymous', async () => {
  for (const viewer of [people.guest!, '00000000-0000-0000-0000-000000000000'])
    await expect(room.place(viewer, letter, people.ivo!)).rejects.toMatchObject({ code: 'RPFOR' });
});

it('M2: who is no candidate is refused, hidden and missing users in the same words', async () => {
  const missing = '0199a1b2-0000-7000-8000-000000000000';
  const refusals = [];
  for (const to of [people['sees nothing']!, people.nobox!, missing])
    refusals.push(await room.place(people.ida!, letter, to).catch((error: Error) => error.message));
  expect(new Set(refusals).size).toBe(1);
  expect(refusals[0]).toMatch(/mailboxCandidates/);
});

it('W5: all or nothing, with the ids that were refused', async () => {
  const gone = await room.record('letter', { title: 'gone', deleted_at: '2026-01-01' });
  const placing = [workspace, ['letter', 'letter'], [letter, gone], [people.ivo]];
  await expect(
    room.call(people.ida!, 'select rowplane.place_in_mailbox($1, $2, $3, $4)', placing),
  ).rejects.toMatchObject({ code: 'RPNFD', detail: `{"ids": ["${gone}"]}` });
  placing.splice(1, 3, ['letter'], [letter], [people.ivo, people.nobox]);
  await expect(
    room.call(people.ida!, 'select rowplane.place_in_mailbox($1, $2, $3, $4)', placing),
  ).rejects.toMatchObject({ code: 'RPVAL' });
  expect(await room.mailbox(people.ivo!)).toEqual([]);
});

it('V2: a record named with another definition is a missing one, even beside its own', async () => {
  const placing = [workspace, ['memo', 'letter'], [letter, letter], [people.ivo]];
  await expect(
    room.call(people.ida!, 'select rowplane.place_in_mailbox($1, $2, $3, $4)', placing),
  ).rejects.toMatchObject({ code: 'RPNFD' });
});

it('M1: an entry that is sent on leaves the mailbox, with its history', async () => {
  const entry = await room.place(people.ida!, letter, people.ivo!);
  await act('ivo', 'mark_entries_read', [entry]);
  await send('ivo', entry, 'iris', 'Yours');
  expect(await room.mailbox(people.ivo!)).toEqual([]);
  expect(await history('iris', entry)).toEqual([
    { kind: 'PLACED', actor_id: people.ida, recipient_id: people.ivo, note: 'Please answer' },
    { kind: 'READ', actor_id: people.ivo, recipient_id: people.ivo, note: null },
    { kind: 'FORWARDED', actor_id: people.ivo, recipient_id: people.iris, note: 'Yours' },
  ]);
  const [mine] = await room.call(people.iris!, 'select read_at, sender_id from rowplane.mailbox($1)', [workspace]);
  expect(mine).toEqual({ read_at: null, sender_id: people.ivo });
  await expect(send('ivo', entry, 'ida')).rejects.toMatchObject({ code: 'RPNFD' });
  expect(await history('ivo', entry)).toEqual([]);
});

it('M4: read, completed and returned; twice is once', async () => {
  const entry = await room.place(people.ida!, letter, people.ivo!);
  await act('ivo', 'mark_entries_read', [entry, entry]);
  await act('ivo', 'mark_entries_read', [entry]);
  await room.call(people.ivo!, 'select rowplane.return_entries($1, $2, $3)', [workspace, [entry], 'Not mine']);
  expect(await room.mailbox(people.ivo!)).toEqual([]);
  const [back] = await room.call(people.ida!, 'select * from rowplane.mailbox($1)', [workspace]);
  expect(back).toMatchObject({ id: entry, sender_id: people.ivo, note: 'Not mine', read_at: null });
  expect(back!.returned_at).not.toBeNull();
  await expect(act('ida', 'return_entries', [entry])).rejects.toMatchObject({ code: 'RPVAL' });
  await act('ida', 'complete_entries', [entry]);
  expect((await history('ida', entry)).map(({ kind }) => kind)).toEqual(['PLACED', 'READ', 'RETURNED', 'COMPLETED']);
  const only = (completed: boolean) =>
    room.call(people.ida!, 'select id from rowplane.mailbox($1, only_completed => $2)', [workspace, completed]);
  expect([(await only(true)).length, (await only(false)).length]).toEqual([1, 0]);
});

it('M4: nobody marks what lies in another mailbox', async () => {
  const entry = await room.place(people.ida!, letter, people.ivo!);
  for (const viewer of ['ida', 'iris', 'ada'])
    for (const name of ['mark_entries_read', 'complete_entries', 'return_entries'])
      await expect(act(viewer, name, [entry]), `${viewer} ${name}`).rejects.toMatchObject({ code: 'RPNFD' });
});

it('M3: an entry goes with the sight of its record, and comes back with it', async () => {
  const entry = await room.place(people.ida!, letter, people.ivo!);
  await hide(letter);
  expect(await room.mailbox(people.ivo!)).toEqual([]);
  expect(await room.call(people.ivo!, 'select rowplane.count_mailbox($1) as n', [workspace])).toEqual([{ n: '0' }]);
  await expect(act('ivo', 'complete_entries', [entry])).rejects.toMatchObject({ code: 'RPNFD' });
  expect(await history('ivo', entry)).toEqual([]);
  await show(letter);
  expect(await room.mailbox(people.ivo!)).toEqual([letter]);
});

it('M3, U10: without workflow access there is no mailbox; with it the entries are back', async () => {
  await room.place(people.ida!, letter, people.ivo!);
  const entry = await room.undelivered(people.ida!);
  expect(entry).toEqual([]);
  await room.owner.query(`update rowplane.users set workflow_access = false where name = 'ivo'`);
  expect(await room.mailbox(people.ivo!)).toEqual([]);
  expect(await room.undelivered(people.ida!)).toHaveLength(1);
  await room.owner.query(`update rowplane.users set workflow_access = true where name = 'ivo'`);
  expect(await room.mailbox(people.ivo!)).toEqual([letter]);
});

it('M3: senders and administrators see what is undelivered, and nobody else', async () => {
  const entry = await room.place(people.ida!, letter, people.ivo!);
  await room.owner.query(`update rowplane.users set blocked_until = 'infinity' where name = 'ivo'`);
  expect(await room.undelivered(people.ida!)).toEqual([entry]);
  expect(await room.undelivered(people.ada!)).toEqual([entry]);
  for (const viewer of ['iris', 'reader', 'guest']) expect(await room.undelivered(people[viewer]!)).toEqual([]);
});

it('U2: an administrator who doesn’t see the record learns neither it nor the note', async () => {
  const entry = await room.place(people.ida!, letter, people.ivo!);
  await room.owner.query(`update rowplane.users set workflow_access = false where name = 'ivo'`);
  const read = (viewer: string) =>
    room.call(people[viewer]!, 'select * from rowplane.undelivered_mailbox($1)', [workspace]);
  expect((await read('ada'))[0]).toMatchObject({ id: entry, record_id: null, definition: null, note: null });
  expect((await read('ida'))[0]).toMatchObject({ id: entry, record_id: letter, note: 'Please answer' });
  await hide(letter);
  expect((await read('ida'))[0]).toMatchObject({ id: entry, record_id: null, note: 'Please answer' });
  expect((await history('ada', entry))[0]).toMatchObject({ kind: 'PLACED', note: null });
});

it('M3: undelivered entries are reassigned to candidates; delivered ones are not', async () => {
  const entry = await room.place(people.ida!, letter, people.ivo!);
  const reassign = (viewer: string, to: string) =>
    room.call(people[viewer]!, 'select rowplane.reassign_entries($1, $2, $3)', [workspace, [entry], people[to]]);
  await expect(reassign('ada', 'iris')).rejects.toMatchObject({ code: 'RPNFD' });
  await room.owner.query(`update rowplane.users set workflow_access = false where name = 'ivo'`);
  await expect(reassign('iris', 'iris')).rejects.toMatchObject({ code: 'RPNFD' });
  await expect(reassign('ada', 'sees nothing')).rejects.toMatchObject({ code: 'RPVAL' });
  const candidates = await room.call(
    people.ada!,
    'select name from rowplane.reassignment_candidates($1, $2) order by 1',
    [workspace, [entry]],
  );
  expect(candidates.map(({ name }) => name)).toEqual(['ida', 'iris', 'reader']);
  await reassign('ada', 'iris');
  expect(await room.mailbox(people.iris!)).toEqual([letter]);
  expect((await history('iris', entry)).at(-1)).toMatchObject({ kind: 'REASSIGNED', actor_id: people.ada });
  await expect(reassign('ada', 'ida')).rejects.toMatchObject({ code: 'RPNFD' });
});

it('what is erased for good takes its entries along', async () => {
  const entry = await room.place(people.ida!, letter, people.ivo!);
  await room.owner.query(`delete from ws_${workspace}.letter where id = $1`, [letter]);
  expect(await room.owner.query('select from rowplane.mailbox_entries where id = $1', [entry])).toEqual([]);
});

it('M3: the newest first, page by page, past those that are hidden', async () => {
  const letters: string[] = [];
  for (let index = 0; index < 7; index++) letters.push(await room.record('letter', { title: `${index}` }));
  for (const id of letters) await room.place(people.ida!, id, people.ivo!);
  await hide(letters[5]!);
  const first = await room.call(people.ivo!, 'select * from rowplane.mailbox($1, 3)', [workspace]);
  expect(first.map((row) => row.record_id)).toEqual([letters[6], letters[4], letters[3]]);
  const { placed_at, id } = first.at(-1)!;
  const next = await room.call(people.ivo!, 'select * from rowplane.mailbox($1, 9, $2, $3)', [
    workspace,
    placed_at,
    id,
  ]);
  expect(next.map((row) => row.record_id)).toEqual([letters[2], letters[1], letters[0]]);
});

it('M2, V5: a change of the recipient’s access waits for the placing, or the placing for it', async () => {
  for (const taking of [
    `update rowplane.users set workflow_access = false where name = 'ivo'`,
    `delete from rowplane.group_members where user_id = '${people.ivo}'`,
  ]) {
    const [sender, other] = [await connect(room.database.apiUrl), await connect(room.database.ownerUrl)];
    const kept = await room.owner.query('select group_id from rowplane.group_members where user_id = $1', [people.ivo]);
    try {
      await other.query(`begin; set local role rowplane_owner; ${taking}`);
      await sender.query('begin; set local role rowplane_viewer');
      await sender.query('select rowplane.enter($1)', [viewerToken(people.ida!)]);
      const placing = sender
        .query('select rowplane.place_in_mailbox($1, $2, $3, $4)', [workspace, ['letter'], [letter], [people.ivo]])
        .then(
          () => 'placed',
          (error: { code?: string }) => error.code,
        );
      await new Promise((resolve) => setTimeout(resolve, 200));
      await other.query('commit');
      expect(await placing).toBe('RPVAL');
    } finally {
      await sender.end();
      await other.end();
      await room.owner.query(`update rowplane.users set workflow_access = true where name = 'ivo'`);
      await room.owner.query(
        'insert into rowplane.group_members (group_id, user_id) select unnest($2::uuid[]), $1 on conflict do nothing',
        [people.ivo, kept.map((row) => row.group_id)],
      );
    }
  }
});
