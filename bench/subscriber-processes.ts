import { fork } from 'node:child_process';
import { once } from 'node:events';
import { pathOf } from './processes.ts';
import type { Answer, Expected, Judgement, Order, Person } from './subscriber-messages.ts';

/** Subscribers in processes of their own. */
export interface Subscribers {
  pids: number[];
  connect(options: { url: string; secret: string; query: string }): Promise<void>;
  subscribe(query: string): Promise<void>;
  /** How many messages have arrived since they were last forgotten. */
  count(): Promise<number>;
  judge(expected: readonly Expected[]): Promise<Judgement>;
  forget(): Promise<void>;
  end(): Promise<void>;
}

/** All who hear the same are in one process, which counts together what they heard. */
export function startSubscribers(people: readonly Person[], processes: number): Subscribers {
  const children = Array.from({ length: processes }, () =>
    fork(pathOf('subscribers.ts'), { serialization: 'advanced' }),
  );
  const shares = children.map(() => [] as Person[]);
  const kinds = [...new Set(people.map(({ hears }) => hears))];
  const indexes = new Map(kinds.map((hears, index) => [hears, index % processes]));
  for (const person of people) shares[indexes.get(person.hears)!]!.push(person);

  async function ask<T extends Answer>(index: number, order: Order): Promise<T> {
    const child = children[index]!;
    child.send(order);
    const [answer] = (await once(child, 'message')) as [Answer];
    if ('failure' in answer) throw new Error(`A process of subscribers failed: ${answer.failure}`);
    return answer as T;
  }
  const askAll = <T extends Answer>(order: (index: number) => Order): Promise<T[]> =>
    Promise.all(children.map((_, index) => ask<T>(index, order(index))));

  return {
    pids: children.map(({ pid }) => pid!),
    connect: async (options) => void (await askAll((index) => ({ do: 'connect', people: shares[index]!, ...options }))),
    subscribe: async (query) => void (await askAll(() => ({ do: 'subscribe', query }))),
    count: async () =>
      (await askAll<{ arrived: number }>(() => ({ do: 'count' }))).reduce((sum, { arrived }) => sum + arrived, 0),
    async judge(expected) {
      const parts = await askAll<Judgement>(() => ({ do: 'judge', expected: [...expected] }));
      const sum = (of: (part: Judgement) => number): number => parts.reduce((all, part) => all + of(part), 0);
      return {
        latencies: Float64Array.from(parts.flatMap(({ latencies }) => [...latencies])).sort(),
        lost: sum(({ lost }) => lost),
        doubled: sum(({ doubled }) => doubled),
        strange: sum(({ strange }) => strange),
      };
    },
    forget: async () => void (await askAll(() => ({ do: 'forget' }))),
    async end() {
      await Promise.all(
        children.splice(0).map(async (child) => {
          const exited = once(child, 'exit');
          child.disconnect();
          await exited;
        }),
      );
    },
  };
}
