import { definitionsOf } from '../../src/compiler/load-definitions.ts';
import type { Definitions } from '../../src/compiler/definition.ts';
import { fullContent } from '../../src/compiler/plane-content.ts';
import { savePlane } from '../../src/administration/compile.ts';
import { makeWorkspace } from '../../src/administration/workspaces.ts';
import { connect, transaction, type Connection, type Queryable } from '../../src/database/queryable.ts';
import { createDatabase, type TestDatabase } from '../support/database.ts';
import type { Definition, Item, Plane, World } from '../oracle/world.ts';
import { clear, insertItems, insertLinks, insertPeople, insertTree } from './load-world.ts';
import { itemOfRow, selectRows, type TextRow } from './rows.ts';
import dossier from './schema/dossier.ts';
import letter from './schema/letter.ts';
import { WORKSPACES } from './worlds.ts';

/** The definitions of generated worlds, as the oracle takes them and as the product does. */
export const DEFINITIONS: Record<string, Definition> = { dossier, letter };

/** A database in which one world after the other is set up: its workspaces and planes are kept and filled anew. */
export interface Stage {
  readonly database: TestDatabase;
  readonly definitions: Definitions;
  readonly owner: Connection;
  /** The number of a workspace of the world. */
  workspaceId(workspace: string): number;
  /** Sets up a world and says which number each of its planes has. */
  load(world: World): Promise<ReadonlyMap<string, number>>;
  /** The records as they stand in the tables now, for comparison with a world's; in the order of their ids. */
  items(): Promise<Item[]>;
  close(): Promise<void>;
}

export async function openStage(): Promise<Stage> {
  const database = await createDatabase();
  const owner = await connect(database.ownerUrl, 'differential test');
  const definitions = definitionsOf([dossier, letter]);
  const ids = new Map<string, number>();
  const slots = new Map<string, Slot[]>();
  await transaction(owner, async (session) => {
    for (const { name, content } of [...definitions.values()].map((each) => ({ name: each.name, content: each })))
      await session.query('insert into rowplane.definitions (name, content) values ($1, $2)', [
        name,
        JSON.stringify(content),
      ]);
    const [company] = await session.query<{ id: string }>(
      `insert into rowplane.companies (name) values ('A-GmbH') returning id`,
    );
    for (const name of WORKSPACES) {
      const { id } = await makeWorkspace(session, definitions, { companyId: company!.id, name });
      ids.set(name, id);
      slots.set(name, []);
    }
  });
  const tables = [...ids.values()].flatMap((id) =>
    [...definitions.values()].map(({ table }) => `ws_${String(id)}.${table}`),
  );
  const workspaceId = (workspace: string): number => ids.get(workspace)!;

  return {
    database,
    definitions,
    owner,
    workspaceId,
    async load(world) {
      const afterCommit: string[] = [];
      const planeIds = await transaction(owner, async (session) => {
        await clear(session, tables);
        await insertPeople(session, world);
        await insertTree(session, world, workspaceId);
        const found = await savePlanes(session, definitions, world, slots, workspaceId, afterCommit);
        await insertLinks(session, world, found);
        await insertItems(session, definitions, world, workspaceId);
        return found;
      });
      for (const statement of afterCommit) await owner.query(statement);
      return planeIds;
    },
    items: () => readItems(owner, definitions, ids),
    async close() {
      await owner.end();
      await database.drop();
    },
  };
}

/** A plane of the database that worlds take turns in. */
interface Slot {
  id: number;
  saved: string;
}

/** The planes of earlier worlds that this one doesn't use stay as they are, without groups: they must not matter. */
async function savePlanes(
  owner: Queryable,
  definitions: Definitions,
  world: World,
  slots: ReadonlyMap<string, Slot[]>,
  workspaceId: (name: string) => number,
  afterCommit: string[],
): Promise<Map<string, number>> {
  const ids = new Map<string, number>();
  const used = new Map<string, number>();
  for (const plane of world.planes) {
    const number = used.get(plane.workspace) ?? 0;
    used.set(plane.workspace, number + 1);
    const mine = slots.get(plane.workspace)!;
    const slot = mine[number];
    const saved = JSON.stringify([plane.full, plane.content]);
    if (slot?.saved !== saved) {
      const compiled = await savePlane(owner, definitions, {
        workspaceId: workspaceId(plane.workspace),
        ...(slot && { id: slot.id }),
        name: `plane ${String(number)}`,
        ...contentOf(plane, definitions),
      });
      afterCommit.push(...compiled.afterCommit);
      mine[number] = { id: compiled.id, saved };
    }
    ids.set(plane.id, mine[number]!.id);
  }
  return ids;
}

function contentOf(plane: Plane, definitions: Definitions) {
  return { isFull: plane.full, content: plane.full ? fullContent(definitions) : plane.content };
}

async function readItems(
  owner: Queryable,
  definitions: Definitions,
  ids: ReadonlyMap<string, number>,
): Promise<Item[]> {
  const items: Item[] = [];
  for (const id of ids.values())
    for (const definition of definitions.values()) {
      const rows = await owner.query<{ row: TextRow }>(`select ${selectRows(`ws_${String(id)}.${definition.table}`)}`);
      for (const { row } of rows) items.push(itemOfRow(definition.name, Object.values(definition.fields), row));
    }
  return items.sort((a, b) => (a.id < b.id ? -1 : 1));
}
