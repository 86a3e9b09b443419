import { afterAll, beforeAll, expect, it } from 'vitest';
import { runNode } from '../support/process.ts';
import { TEST_SECRET } from '../support/secret.ts';
import { openMailroom, showing, type Mailroom } from './mailroom.ts';

let room: Mailroom;
beforeAll(async () => {
  room = await openMailroom();
});
afterAll(() => room?.end());

/** Runs a command on the test's database: what it answers, or the message of its error. */
async function run(...args: string[]): Promise<unknown> {
  const env = { DATABASE_URL: room.database.superuserUrl, ROWPLANE_SECRET: TEST_SECRET };
  const { stdout, stderr } = await runNode('src/cli/main.ts', [...args, '--json'], { cwd: '/', env });
  return JSON.parse(stdout || stderr);
}

it('M3: administrators list and reassign what is undelivered', async () => {
  const [ida, ivo, iris] = [await room.user('ida'), await room.user('ivo'), await room.user('iris')];
  await room.user('ada', 'ADMINISTRATOR');
  await room.plane('all', { letter: showing() }, [await room.group([ida, ivo, iris])]);
  const letter = await room.record('letter', { title: 'a letter' });
  const entry = await room.place(ida, letter, ivo);
  expect(await run('mailbox', 'undelivered')).toEqual([]);
  await room.owner.query(`update rowplane.users set blocked_until = 'infinity' where name = 'ivo'`);
  expect(await run('mailbox', 'undelivered')).toMatchObject([
    { workspace: 'Mailroom', recipient: 'ivo', sender: 'ida', id: entry },
  ]);
  expect(await run('mailbox', 'reassign', 'Mailroom', entry, 'ada')).toMatchObject({
    error: { code: 'VALIDATION_FAILED' },
  });
  expect(await run('mailbox', 'reassign', 'Mailroom', entry, 'iris')).toEqual({ entry, recipient: 'iris' });
  expect(await room.mailbox(iris)).toEqual([letter]);
});
