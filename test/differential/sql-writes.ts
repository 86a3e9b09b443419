import { columnType } from '../../src/compiler/field-types.ts';
import type { Connection, Queryable } from '../../src/database/queryable.ts';
import { viewerToken } from '../support/database.ts';
import { sees } from '../oracle/sight.ts';
import { clientsOf } from '../oracle/clients.ts';
import { find, type Id, type Value, type World } from '../oracle/world.ts';
import type { Place } from '../oracle/places.ts';
import type { Target } from '../oracle/writes.ts';
import type { Command } from './commands.ts';
import { toStored } from './rows.ts';
import type { Stage } from './stage.ts';

/** The refusals of the database, and what Postgres itself says instead of them. */
const CODES: Record<string, string> = {
  RPFOR: 'FORBIDDEN',
  RPNFD: 'NOT_FOUND',
  RPVAL: 'VALIDATION_FAILED',
  RPCLI: 'CLIENT_REQUIRED',
  RPSTA: 'STALE_VERSION',
  RPLKO: 'LOCKED_OUT',
  RPLOC: 'LOCKED',
  '42501': 'FORBIDDEN',
  // The views for creating have no columns but those of fields that are EDIT.
  '42703': 'FORBIDDEN',
  '23505': 'VALIDATION_FAILED',
  '23502': 'VALIDATION_FAILED',
};

/** V6: tries a command as somebody with a database login would, by the views for writing. The code of the refusal, or null. */
export async function writeBySql(
  sql: Connection,
  stage: Stage,
  world: World,
  planeIds: ReadonlyMap<string, number>,
  command: Command,
): Promise<string | null> {
  let code: string | null = 'INTERNAL';
  await sql.query('begin isolation level read committed');
  try {
    await sql.query('set local role rowplane_viewer');
    await sql.query('select rowplane.begin_write($1)', [viewerToken(command.viewer)]);
    code = await refusalOf(() =>
      command.kind === 'create'
        ? createThroughAnyPlane(sql, stage, world, planeIds, command)
        : changeThroughDoor(sql, stage, world, command),
    );
  } finally {
    await sql.query(code === null ? 'commit' : 'rollback');
  }
  return code;
}

export async function refusalOf(work: () => Promise<string | null>): Promise<string | null> {
  try {
    return await work();
  } catch (error) {
    const code = CODES[String((error as { code?: unknown }).code)];
    if (code === undefined) throw error;
    return code;
  }
}

/** Does something as a person with a database login would, in a transaction. The code of the refusal, or null. */
export async function inViewersTransaction(
  sql: Connection,
  viewer: Id,
  work: () => Promise<void>,
): Promise<string | null> {
  await sql.query('begin isolation level read committed');
  const code = await refusalOf(async () => {
    await sql.query('set local role rowplane_viewer');
    await sql.query('select rowplane.enter($1)', [viewerToken(viewer)]);
    await work();
    // P7 is judged at the end of the transaction.
    await sql.query('commit');
    return null;
  });
  if (code !== null) await sql.query('rollback');
  return code;
}

/** Without a word about a target, the door has not changed it: it is hidden or missing. */
async function changeThroughDoor(
  sql: Queryable,
  stage: Stage,
  world: World,
  command: Exclude<Command, { kind: 'create' }>,
): Promise<string | null> {
  const { targets } = command;
  for (const place of placesToPrepare(world, command)) await prepare(sql, place);
  const settings = settingsOf(stage, command);
  const set = settings.map(({ column, type }, index) => `${column} = $${String(index + 1)}::${type}`);
  await sql.query('select rowplane.set_targets($1, $2)', [targets.map(({ id }) => id), versionsOf(targets)]);
  await sql.query(
    `update ws_${String(stage.workspaceId(command.workspace))}_edit.${command.definition} set ${set.join(', ')}`,
    settings.map(({ value }) => value),
  );
  const [changed] = await sql.query<{ ids: Id[] }>('select rowplane.changed_targets() as ids');
  return targets.every(({ id }) => changed!.ids.includes(id)) ? null : 'NOT_FOUND';
}

function versionsOf(targets: Target[]): number[] | null {
  return targets[0]!.version === undefined ? null : targets.map(({ version }) => version!);
}

/** The realms that a move needs: of the new place, or with the new client where the records are, as far as the viewer sees them. */
function placesToPrepare(world: World, command: Command): Place[] {
  const itemsOf = (targets: Target[]) =>
    world.items.filter((item) => targets.some(({ id }) => id === item.id) && sees(world, command.viewer, item));
  if (command.kind === 'changeClient')
    return itemsOf(command.targets).map(({ archive, folder }) => ({ archive, folder, client: command.client }));
  if (command.kind !== 'move') return [];
  const { archive, folder, client } = command.place;
  const moving = itemsOf(command.targets).filter((item) => item.archive !== archive);
  if (client !== undefined || moving.length === 0) return client === undefined ? [] : [command.place];
  const own = find(world.archives, archive).clientsEnabled ? clientsOf(world, command.viewer, archive) : [];
  return moving.map((item) => ({ archive, folder, client: own.find((each) => each === item.client) }));
}

async function prepare(sql: Queryable, { archive, folder, client }: Place): Promise<void> {
  await sql.query('select rowplane.prepare_realm($1, $2, $3)', [archive, folder, client ?? null]);
}

interface Setting {
  column: string;
  type: string;
  value: Value;
}

function settingsOf(stage: Stage, command: Exclude<Command, { kind: 'create' }>): Setting[] {
  switch (command.kind) {
    case 'update':
      return valueSettings(stage, command.definition, command.changes);
    case 'remove':
      return [{ column: 'deleted_at', type: 'timestamptz', value: '2000-01-01' }];
    case 'restore':
      return [{ column: 'deleted_at', type: 'timestamptz', value: null }];
    case 'transfer':
      return [{ column: 'owner_id', type: 'uuid', value: command.to }];
    case 'changeClient':
      return [{ column: 'client_id', type: 'uuid', value: command.client }];
    case 'move': {
      const { folder, client } = command.place;
      const chosen = client === undefined ? [] : [{ column: 'client_id', type: 'uuid', value: client }];
      return [{ column: 'folder_id', type: 'uuid', value: folder }, ...chosen];
    }
  }
}

function valueSettings(stage: Stage, definition: string, values: Record<string, Value>): Setting[] {
  const { fields } = stage.definitions.get(definition)!;
  return Object.entries(values).map(([name, value]) => {
    const field = fields[name]!;
    return { column: field.column, type: columnType(field.type), value: toStored(field, value) };
  });
}

/** W3: the planes one after the other, until one takes the record. What a plane says that would take it but for a value, counts most. */
async function createThroughAnyPlane(
  sql: Queryable,
  stage: Stage,
  world: World,
  planeIds: ReadonlyMap<string, number>,
  command: Extract<Command, { kind: 'create' }>,
): Promise<string | null> {
  const { archive, folder, client } = command.place;
  await prepare(sql, command.place);
  const settings = [
    ...Object.entries({ archive_id: archive, folder_id: folder, client_id: client ?? null }).map(([column, value]) => ({
      column,
      type: 'uuid',
      value,
    })),
    ...valueSettings(stage, command.definition, command.values),
  ];
  const workspace = find(world.archives, archive).workspace;
  let refusal = 'FORBIDDEN';
  for (const plane of world.planes.filter((each) => each.workspace === workspace)) {
    const view = `plane_${String(planeIds.get(plane.id))}_new.${command.definition}`;
    const [found] = await sql.query<{ exists: boolean }>('select to_regclass($1) is not null as exists', [view]);
    if (found?.exists !== true) continue;
    await sql.query('savepoint plane');
    const code = await refusalOf(async () => {
      await sql.query(
        `insert into ${view} (${settings.map(({ column }) => column).join(', ')}) values (${settings.map(({ type }, index) => `$${String(index + 1)}::${type}`).join(', ')})`,
        settings.map(({ value }) => value),
      );
      return null;
    });
    if (code === null) return null;
    await sql.query('rollback to savepoint plane');
    if (code !== 'FORBIDDEN') refusal = code;
  }
  return refusal;
}
