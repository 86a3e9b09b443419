import { setImmediate } from 'node:timers/promises';
import { parseCondition } from '../../src/compiler/condition/parse.ts';
import type { Condition } from '../../src/compiler/condition/condition.ts';
import type { Change, Content, Follower, RecordList } from '../../src/delivery/delivery.ts';
import { openDelivery, type DeliveryOptions, type OpenDelivery } from '../../src/delivery/open-delivery.ts';
import { createReader, type Reader } from '../../src/reader/reader.ts';
import type { RecordNode } from '../../src/reader/record-node.ts';
import { readRecords } from '../../src/reader/read-records.ts';
import { emptySelection } from '../../src/reader/selection.ts';
import type { Definitions } from '../../src/compiler/definition.ts';
import type { Viewers } from '../../src/access/viewers.ts';
import type { TestDatabase } from '../support/database.ts';

/** What a delivery works over: an office is one. */
export interface Grounds {
  database: TestDatabase;
  viewers: Viewers;
  definitions: Definitions;
}

/** What a program that follows a list comes to hold, and what it was told. */
export interface Watch {
  follower: Follower<Change<string>>;
  /** `APPEARED <id>`, and so on, since the last look. */
  news: () => string[];
  /** By id, as told. */
  held: Map<string, unknown>;
  /** What it was told at any time to be gone. */
  everGone: Set<string>;
  cursor: string | null;
  /** Why it ended; null while it goes on, undefined if it just did. */
  failure: unknown;
}

export interface WatchOptions {
  definition?: string;
  where?: Condition;
  archive?: string;
  folder?: string;
  cells?: readonly string[];
  after?: string | null;
  personal?: boolean;
  /** Papers with the names of their matters. */
  matters?: boolean;
  /** Whether it tells of other objects, whatever is read of them. */
  tellsOthers?: boolean;
}

/** A delivery over an office, and programs that follow. */
export interface House {
  delivery: OpenDelivery;
  reader: Reader;
  errors: unknown[];
  watch(viewer: string, options?: WatchOptions): Promise<Watch>;
  /** What a fresh query of the same gives. */
  query(
    viewer: string,
    workspace: number,
    ids: readonly string[],
    options?: WatchOptions,
  ): Promise<Map<string, unknown>>;
  /** Resolves when everything that is committed by now has been told. */
  settled(): Promise<void>;
  end(): Promise<void>;
}

export function contentFor(
  office: Grounds,
  reader: Reader,
  {
    definition = 'paper',
    cells = ['title'],
    personal = false,
    matters = false,
    tellsOthers = matters,
  }: WatchOptions = {},
): Content {
  const selection = emptySelection(office.definitions.get(definition)!);
  for (const cell of cells) selection.cells.add(cell);
  if (matters) {
    const target = emptySelection(office.definitions.get('matter')!);
    target.cells.add('name');
    selection.cells.add('matter');
    selection.references.add('matter');
    selection.targets.set('matter', target);
  }
  const shown = ({ row, place }: RecordNode) => ({
    ...Object.fromEntries(cells.map((cell) => [cell, row[cell] ?? null])),
    ...(matters && { matter: nameOf(place.targets.get('matter')?.get(row.matter as string)) }),
  });
  return {
    key: JSON.stringify([cells, matters]),
    isRead: true,
    personal,
    tellsAccess: false,
    tellsOthers,
    async read(viewer, workspace, ids) {
      const request = { workspace, ids, selection };
      const [found] = (await reader.read(
        viewer,
        [{ scope: { workspaces: [workspace] }, start: (knowledge) => readRecords([request], knowledge) }],
        4,
      )) as [Awaited<ReturnType<typeof readRecords> extends Generator<unknown, infer T> ? T : never>];
      return new Map([...found[0]!].map(([id, node]) => [id, shown(node)]));
    },
  };
}

const nameOf = (node: RecordNode | undefined) => (node === undefined ? null : { name: node.row.name });

export function listFor(
  office: Grounds,
  { definition = 'paper', where, archive, folder }: WatchOptions = {},
): RecordList {
  const found = office.definitions.get(definition)!;
  return {
    definition: found,
    condition: where === undefined ? { kind: 'constant', value: true } : parseCondition(found, where),
    archive: archive ?? null,
    folder: folder ?? null,
    scope: archive !== undefined ? { archive } : folder !== undefined ? { folder } : 'everywhere',
  };
}

/** Takes what a follower is told, and holds what a program would. */
export function collect(
  follower: Follower<Change<string>>,
  gone: readonly string[] = ['DISAPPEARED', 'REMOVED'],
): Watch {
  const told: string[] = [];
  const watch: Watch = {
    follower,
    news: () => told.splice(0),
    held: new Map(),
    everGone: new Set(),
    cursor: null,
    failure: null,
  };
  void (async () => {
    try {
      for await (const { kind, id, content, cursor } of follower) {
        told.push(`${kind} ${id}`);
        if (gone.includes(kind)) {
          watch.held.delete(id);
          watch.everGone.add(id);
        } else watch.held.set(id, content);
        watch.cursor = cursor;
      }
      watch.failure = undefined;
    } catch (error) {
      watch.failure = error;
    }
  })();
  return watch;
}

export function openHouse(office: Grounds, options: Partial<DeliveryOptions> = {}): House {
  const reader = createReader(office.viewers);
  const errors: unknown[] = [];
  const delivery = openDelivery({
    url: office.database.apiUrl,
    secret: office.database.secret,
    viewers: office.viewers,
    interval: 20,
    onError: (error) => void errors.push(error),
    ...options,
  });
  return {
    delivery,
    reader,
    errors,
    async watch(viewer, watched = {}) {
      const follower = await delivery.followRecords(
        { id: viewer },
        listFor(office, watched),
        contentFor(office, reader, watched),
        watched.after,
      );
      return collect(follower);
    },
    query: (viewer, workspace, ids, watched) =>
      contentFor(office, reader, watched).read({ id: viewer }, workspace, ids),
    async settled() {
      const follower = await delivery.followAccess({ id: '00000000-0000-0000-0000-000000000000' });
      await follower.return();
      await setImmediate();
    },
    end: () => delivery.end(),
  };
}
