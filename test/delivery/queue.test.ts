import { expect, test } from 'vitest';
import { Refusal } from '../../src/access/refusals.ts';
import { createQueue, type Queue } from '../../src/delivery/queue.ts';

interface Item {
  name: string;
  value: number;
}

function queueOf(limit = 10): Queue<Item> {
  return createQueue<Item>({
    limit,
    nameOf: ({ name }) => name,
    merge: (_waiting, newer) => newer,
    onEnd: () => undefined,
  });
}

const item = (value: number, name = `item ${value}`): Item => ({ name, value });

/** Takes by `next` until it is over, and by `take` what that wants; both into one list. */
function consume({ follower }: Queue<Item>, take: (item: Item) => boolean) {
  const came: string[] = [];
  follower.handTo((each) => {
    const isTaken = take(each);
    if (isTaken) came.push(`taken ${each.value}`);
    return isTaken;
  });
  const over = (async () => {
    for await (const { value } of follower) {
      came.push(`next ${value}`);
      await breath();
    }
  })();
  over.catch(() => undefined);
  return { came, over };
}

const breath = () => new Promise((resolve) => setTimeout(resolve, 2));

test('M5: what comes while the follower waits is handed over at once, in order', async () => {
  const queue = queueOf();
  const { came } = consume(queue, () => true);
  await breath();
  for (const value of [1, 2, 3]) queue.push(item(value));
  expect(came).toEqual(['taken 1', 'taken 2', 'taken 3']);
});

test('M5: what is not taken comes by `next`, and nothing overtakes it', async () => {
  const queue = queueOf();
  let isFlowing = true;
  const { came } = consume(queue, () => isFlowing);
  await breath();
  queue.push(item(1));
  isFlowing = false;
  queue.push(item(2));
  isFlowing = true;
  // Nobody waits for these: 2 is on its way.
  for (const value of [3, 4]) queue.push(item(value));
  expect(came).toEqual(['taken 1']);
  await breath();
  await breath();
  queue.push(item(5));
  expect(came).toEqual(['taken 1', 'next 2', 'taken 3', 'taken 4', 'taken 5']);
});

test('M5: what can’t be handed over fails where it is taken by `next`, and not whoever tells it', async () => {
  const queue = queueOf();
  const { came } = consume(queue, ({ value }) => {
    if (value === 2) throw new Error('it can’t be written');
    return true;
  });
  await breath();
  for (const value of [1, 2, 3]) queue.push(item(value));
  await breath();
  await breath();
  expect(came).toEqual(['taken 1', 'next 2', 'taken 3']);
});

test('M5: past the bound a follower that takes nothing is ended, and what waits of one thing comes to one', async () => {
  const queue = queueOf(2);
  const { came, over } = consume(queue, () => false);
  await breath();
  for (const value of [1, 2, 3, 4]) queue.push(item(value, value === 1 ? 'first' : 'second'));
  expect(queue.isOpen).toBe(true);
  queue.push(item(5));
  queue.push(item(6));
  await expect(over).rejects.toMatchObject({ code: 'RATE_LIMITED' });
  expect(came).toEqual(['next 1']);
});

test.each([
  ['fails', (queue: Queue<Item>) => queue.fail(new Refusal('UNAUTHENTICATED', 'gone'))],
  ['ends', (queue: Queue<Item>) => queue.end()],
  ['is returned', (queue: Queue<Item>) => void queue.follower.return()],
])('M5: nothing is handed over any more when it %s, not even from within', async (_what, end) => {
  const queue = queueOf();
  const { came, over } = consume(queue, ({ value }) => {
    if (value === 2) end(queue);
    return true;
  });
  await breath();
  for (const value of [1, 2, 3]) queue.push(item(value));
  await over.catch(() => undefined);
  queue.push(item(4));
  expect(came).toEqual(['taken 1', 'taken 2']);
  expect(queue.isOpen).toBe(false);
});
