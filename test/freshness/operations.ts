import { setTimeout as sleep } from 'node:timers/promises';
import { openViewers, type Viewers } from '../../src/access/viewers.ts';
import { viewerTokenKey } from '../../src/database/keys.ts';
import { connect, type Connection } from '../../src/database/queryable.ts';
import { isConflict } from '../../src/database/retry.ts';
import { viewerToken } from '../support/database.ts';
import { staleness, type House, type Person } from './house.ts';

/** Ways to look, or to write, by one of the two people. Each says what it found that was out of date. */
export interface Operations {
  /** As the server reads: read-only, repeatable read. */
  read(): Promise<string[]>;
  /** As the server writes: read committed. */
  write(): Promise<string[]>;
  /** By a database login of one's own, at either level. */
  login(level: 'read committed' | 'repeatable read'): Promise<string[]>;
  /** Stores the compiled row of an old snapshot, after whatever was changed meanwhile, and looks. */
  storeLate(): Promise<string[]>;
  end(): Promise<void>;
}

/** Operations on connections of their own: one at a time. `write` and the others of `ben`, those by login of `cleo`. */
export async function openOperations(house: House, viewers: Viewers, login: string): Promise<Operations> {
  const { review, people, now, titles } = house;
  const late = await connect(review.database.apiUrl, 'late rows');
  const own = await connect(login, 'login of a person');
  // As programs do that ask the same again and again: their plans must not outlive permissions, either.
  await own.query(`prepare titles as ${titles}`);
  const titlesIn = (rows: readonly { title?: unknown }[]): Set<string> =>
    new Set(rows.map(({ title }) => String(title)));

  async function judged(person: Person, look: () => Promise<ReadonlySet<string>>): Promise<string[]> {
    const began = now();
    const seen = await look();
    return staleness(person, seen, began, now());
  }

  const read = (person: Person): Promise<string[]> =>
    judged(person, async () => {
      const [rows] = await viewers.read(person, [review.workspace], () => [{ text: titles, values: [], keep: true }]);
      return titlesIn(rows!);
    });

  return {
    read: () => read(people.ben),
    async write() {
      const person = people.ben;
      const layers = person.layers.filter(({ of }) => of !== 'function');
      const { title, of = 'document', switches } = layers[Math.floor(Math.random() * layers.length)]!;
      const began = now();
      const changed = await viewers.write(person, [review.workspace], async ({ run }) => {
        const results = await run([
          { text: 'select rowplane.set_targets($1)', values: [[house.recordOf(title)]] },
          { text: `update ws_${String(review.workspace)}_edit.${of} set notes = 'seen'`, values: [] },
          { text: 'select rowplane.changed_targets() as ids', values: [] },
        ]);
        return (results[2]![0]!.ids as string[]).length > 0;
      });
      const ended = now();
      const isPossible = changed
        ? switches.every((each) => each.couldBe(true, began, ended))
        : switches.some((each) => each.couldBe(false, began, ended));
      return isPossible ? [] : [`${changed ? 'still writes' : 'can not yet write'} ${title}`];
    },
    login: (level) =>
      judged(people.cleo, async () => {
        await own.query(`begin isolation level ${level}`);
        const rows = await own.query<{ title: string }>('execute titles');
        await own.query('commit');
        return titlesIn(rows);
      }),
    async storeLate() {
      await enterLate(late, people.ben, review.workspace);
      return read(people.ben);
    },
    async end() {
      await late.end();
      await own.end();
    },
  };
}

async function enterLate(session: Connection, person: Person, workspace: number): Promise<void> {
  await session.query('begin isolation level repeatable read');
  try {
    await session.query('set local role rowplane_viewer');
    await session.query('select rowplane.enter($1, $2)', [viewerToken(person.id), [workspace]]);
    await sleep(Math.random() * 10);
    await session.query('select rowplane.refresh_access($1)', [workspace]);
    await session.query('commit');
  } catch (error) {
    await session.query('rollback');
    // Somebody stored a newer row: then the old one is refused.
    if (!isConflict(error)) throw error;
  }
}

export function openHouseViewers({ review: { database } }: House): Viewers {
  return openViewers({ url: database.apiUrl, key: viewerTokenKey(database.secret) });
}
