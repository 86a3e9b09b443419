import { definitionsOf } from '../../src/compiler/load-definitions.ts';
import type { Definitions } from '../../src/compiler/definition.ts';
import { fullContent } from '../../src/compiler/plane-content.ts';
import { applyRights } from '../../src/administration/apply-rights.ts';
import { recompileWorkspace, savePlane } from '../../src/administration/compile.ts';
import type { PlaneToSave, SavedPlane } from '../../src/administration/planes-save.ts';
import { makeWorkspace } from '../../src/administration/workspaces.ts';
import { connect, transaction, type Connection, type Queryable } from '../../src/database/queryable.ts';
import { createDatabase, type TestDatabase } from '../support/database.ts';
import type { Definition, Item, World } from '../oracle/world.ts';
import { clear, insertItems, insertLinks, insertPeople, insertRules, insertTree, storedMembers } from './load-world.ts';
import { insertQueries, storedQueries, type StoredQuery } from './load-queries.ts';
import { clearRights, insertLocks, insertRights, storedFunctions, storedLocks } from './load-rights.ts';
import { itemOfRow, selectRows, type TextRow } from './rows.ts';
import { misplaced, storedTree, type StoredTree } from './stored-tree.ts';
import dossier from './schema/dossier.ts';
import letter from './schema/letter.ts';
import { APPLICATIONS, COMPANY_OF, WORKSPACES } from './right-worlds.ts';
import { isDeep } from './runs.ts';

/** The definitions of generated worlds, as the oracle takes them and as the product does. */
export const DEFINITIONS: Record<string, Definition> = { dossier, letter };

/** A database in which one world after the other is set up: its workspaces and planes are kept and filled anew. */
export interface Stage {
  readonly database: TestDatabase;
  readonly definitions: Definitions;
  readonly owner: Connection;
  /** The number of a workspace of the world. */
  workspaceId(workspace: string): number;
  /** The id of a company of the world. */
  companyId(company: string): string;
  /** Sets up a world and says which number each of its planes has. */
  load(world: World): Promise<ReadonlyMap<string, number>>;
  /** The records as they stand in the tables now, for comparison with a world's; in the order of their ids. */
  items(): Promise<Item[]>;
  /** Folders, entries and breaks as they stand in the tables now. */
  tree(): Promise<StoredTree>;
  locks(): Promise<World['locks']>;
  /** What is decided about functions, and who is in which group, as text in some order. */
  functions(): Promise<string[]>;
  members(): Promise<string[]>;
  queries(): Promise<StoredQuery[]>;
  /** Records whose realm isn't the one of their place. */
  misplaced(): Promise<string[]>;
  close(): Promise<void>;
}

export async function openStage(): Promise<Stage> {
  // Worlds are small: their statements take longer to plan than to run, and each world makes the plans invalid. Where time
  // doesn't matter, they are planned as everywhere else.
  const database = await createDatabase(isDeep ? {} : { plan_cache_mode: 'force_generic_plan' });
  const owner = await connect(database.ownerUrl, 'differential test');
  const definitions = definitionsOf([dossier, letter]);
  const ids = new Map<string, number>();
  const companies = new Map<string, string>();
  const slots = new Map<string, Slot[]>();
  await applyRights(owner, {
    rights: Object.fromEntries([...new Set(Object.values(APPLICATIONS).flat())].map((right) => [right, right])),
    applications: Object.fromEntries(
      Object.entries(APPLICATIONS).map(([name, rights]) => [name, { title: name, rights }]),
    ),
  });
  await transaction(owner, async (session) => {
    for (const { name, content } of [...definitions.values()].map((each) => ({ name: each.name, content: each })))
      await session.query('insert into rowplane.definitions (name, content) values ($1, $2)', [
        name,
        JSON.stringify(content),
      ]);
    for (const name of WORKSPACES) {
      const company = COMPANY_OF[name];
      const [made] = await session.query<{ id: string }>(
        'insert into rowplane.companies (name) values ($1) returning id',
        [company],
      );
      companies.set(company, made!.id);
      const { id } = await makeWorkspace(session, definitions, { companyId: made!.id, name });
      ids.set(name, id);
      slots.set(name, []);
    }
  });
  // Nothing here is about the log, which would take a third of the time.
  for (const { statement } of await owner.query<{ statement: string }>(
    `select format('alter table %s disable trigger %I', tgrelid::regclass, tgname) as statement from pg_trigger
     where tgfoid = 'rowplane.log_change'::regproc`,
  ))
    await owner.query(statement);
  const tables = [...ids.values()].flatMap((id) =>
    [...definitions.values()].map(({ table }) => `ws_${String(id)}.${table}`),
  );
  let loaded = 0;
  const kept = keepingStatements(owner);
  const workspaceId = (workspace: string): number => ids.get(workspace)!;
  const companyId = (company: string): string => companies.get(company)!;

  return {
    database,
    definitions,
    owner,
    workspaceId,
    companyId,
    async load(world) {
      loaded++;
      const oneByOne = loaded % 10 === 1;
      const saved = await transaction(owner, async (session) => {
        await clearRights(session);
        await clear(session, tables);
        await insertPeople(session, world);
        await insertRights(session, world, { workspaceId, companyId });
        await insertTree(session, world, workspaceId);
        // Compiling waits only briefly, and a vacuum that Postgres begins by itself gives way only after a second.
        await session.query(`lock table ${tables.join(', ')} in access exclusive mode`);
        const planes = await savePlanes(session, { definitions, slots, workspaceId }, world, oneByOne);
        await insertLinks(session, world, planes.ids);
        await insertItems(session, definitions, world, workspaceId);
        await insertRules(session, world);
        if (loaded % 2 === 0) for (const id of ids.values()) await prepareScopes(session, id, loaded);
        await insertLocks(session, world, workspaceId);
        await insertQueries(session, definitions, world);
        return planes;
      });
      for (const statement of saved.afterCommit) await owner.query(statement);
      return saved.ids;
    },
    items: () => readItems(kept, definitions, ids),
    tree: () => storedTree(kept),
    locks: () => storedLocks(kept, namesById(ids)),
    functions: () => storedFunctions(kept, namesById(ids)),
    members: () => storedMembers(kept),
    queries: () => storedQueries(kept),
    misplaced: () => misplaced(kept, tables),
    async close() {
      await owner.end();
      await database.drop();
    },
  };
}

/** Folders with some records get scopes before there are entries, and some of the records are in their realms; nobody may be able to tell. */
async function prepareScopes(session: Queryable, workspace: number, settled: number): Promise<void> {
  await session.query('select rowplane.prepare_scopes($1, rowplane.crowded_folders($1, 2))', [workspace]);
  await session.query('select rowplane.settle_some($1, $2)', [workspace, settled % 8]);
}

/** What is asked again after each change is planned once: that takes longer than finding the few rows of a world. */
function keepingStatements({ client }: Connection): Queryable {
  const names = new Map<string, string>();
  return {
    async query<R>(text: string, values?: unknown[]) {
      const name = names.get(text) ?? `kept_${String(names.size)}`;
      names.set(text, name);
      const { rows } = await client.query({ name, text, values });
      return rows as R[];
    },
  };
}

function namesById(ids: ReadonlyMap<string, number>): Map<number, string> {
  return new Map([...ids].map(([name, id]) => [id, name]));
}

/** A plane of the database that worlds take turns in. */
interface Slot {
  id: number;
  saved: string;
}

/**
 * The planes of earlier worlds that this one doesn't use stay as they are, without groups: they must not matter. Saving
 * compiles plane by plane; once in a while is enough, else all planes of a workspace are compiled in one go.
 */
async function savePlanes(owner: Queryable, stage: PlaneStage, world: World, oneByOne: boolean): Promise<SavedPlanes> {
  const { definitions, slots, workspaceId } = stage;
  const saved: SavedPlanes = { ids: new Map(), afterCommit: new Set() };
  for (const { id: workspace } of world.workspaces) {
    const mine = slots.get(workspace)!;
    let changed = false;
    for (const [number, plane] of world.planes.filter((each) => each.workspace === workspace).entries()) {
      const slot = mine[number];
      const text = JSON.stringify([plane.full, plane.content]);
      if (slot?.saved !== text) {
        changed = true;
        const save = oneByOne || slot === undefined ? savePlane : storePlane;
        const { id, afterCommit } = await save(owner, definitions, {
          workspaceId: workspaceId(workspace),
          ...(slot && { id: slot.id }),
          name: `plane ${String(number)}`,
          isFull: plane.full,
          content: plane.full ? fullContent(definitions) : plane.content,
        });
        for (const statement of afterCommit) saved.afterCommit.add(statement);
        mine[number] = { id, saved: text };
      }
      saved.ids.set(plane.id, mine[number]!.id);
    }
    if (changed && !oneByOne) await recompileWorkspace(owner, workspaceId(workspace), definitions, { mend: false });
  }
  return saved;
}

interface PlaneStage {
  definitions: Definitions;
  slots: ReadonlyMap<string, Slot[]>;
  workspaceId: (name: string) => number;
}

interface SavedPlanes {
  ids: Map<string, number>;
  afterCommit: Set<string>;
}

async function storePlane(owner: Queryable, _: Definitions, plane: PlaneToSave): Promise<SavedPlane> {
  await owner.query('update rowplane.planes set content = $2, is_full = $3 where id = $1', [
    plane.id,
    JSON.stringify(plane.content),
    plane.isFull,
  ]);
  return { id: plane.id!, afterCommit: [] };
}

async function readItems(
  owner: Queryable,
  definitions: Definitions,
  ids: ReadonlyMap<string, number>,
): Promise<Item[]> {
  const sources = [...ids.values()].flatMap((id) =>
    [...definitions.values()].map((definition) => ({ id, definition })),
  );
  const selects = sources.map(
    ({ id, definition }, index) =>
      `select ${String(index)} as source, ${selectRows(`ws_${String(id)}.${definition.table}`)}`,
  );
  const rows = await owner.query<{ source: number; row: TextRow }>(selects.join(' union all '));
  const items = rows.map(({ source, row }): Item => {
    const { definition } = sources[source]!;
    return itemOfRow(definition.name, Object.values(definition.fields), row);
  });
  return items.sort((a, b) => (a.id < b.id ? -1 : 1));
}
