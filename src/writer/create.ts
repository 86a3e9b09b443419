import { Refusal, sqlState } from '../access/refusals.ts';
import type { Row, Statement } from '../access/unit.ts';
import type { Knowledge, PlaneKnowledge } from '../access/knowledge.ts';
import { requireRight } from '../access/knowledge-rights.ts';
import type { ViewerTransaction } from '../access/viewers.ts';
import type { ObjectDefinition } from '../compiler/definition.ts';
import { columnType } from '../compiler/field-types.ts';
import { planeNewSchema } from '../compiler/names.ts';
import { identifier, qualified } from '../compiler/sql-object.ts';
import { prepare } from './places.ts';
import type { Destination } from './places.ts';
import { asTaken } from './taken.ts';
import { readNewValues } from './values.ts';
import type { FieldValue, GivenValues } from './values.ts';
import type { Shelf, Writing } from './writing.ts';

/**
 * W3: creates a record through any one plane of the viewer's that grants CREATE, has every given field at EDIT, and
 * whose restriction the record meets. A field that is given as null counts as given. Resolves to its uuid.
 *
 * Throws VALIDATION_FAILED (a problem per field), NOT_FOUND (archive, folder, client), CLIENT_REQUIRED (clients),
 * FORBIDDEN (ability, fields or permission).
 */
export async function createRecord(
  { viewers, viewer }: Writing,
  { workspace, definition }: Shelf,
  destination: Destination,
  given: GivenValues,
): Promise<string> {
  const values = readNewValues(definition, given);
  return viewers.write(viewer, [workspace], async (write) => {
    const [made, prepared] = await write.run([{ text: 'select uuidv7() as id', values: [] }, prepare(destination)]);
    const id = made?.[0]?.id as string;
    const system = {
      id,
      archive_id: destination.archive,
      folder_id: destination.folder,
      client_id: prepared?.[0]?.client_id,
    };
    const knowledge = write.knowledge.get(workspace);
    requireRight(knowledge, definition);
    const planes = creatingPlanes(knowledge, definition, values);
    await insertThroughOne(
      write,
      definition,
      planes.map((plane) => insertThrough(plane, definition, system, values)),
    );
    return id;
  });
}

/** The planes that could take the record, those first that take any. Throws FORBIDDEN that says what is missing if there is none. */
function creatingPlanes(
  knowledge: Knowledge | undefined,
  { name, title }: ObjectDefinition,
  values: readonly FieldValue[],
): number[] {
  const creating = (knowledge?.planes ?? [])
    .map(({ id, definitions }: PlaneKnowledge) => ({ id, shows: definitions[name] }))
    .filter(({ shows }) => shows?.abilities.includes('CREATE'));
  if (creating.length === 0)
    throw new Refusal('FORBIDDEN', `You may not create a record of ${title} here: no plane of yours grants CREATE.`, {
      ability: 'CREATE',
    });
  const lacking = creating.map(({ shows }) =>
    values.filter(({ field }) => shows?.fields[field.name] !== 'EDIT').map(({ field }) => field.name),
  );
  const complete = creating.filter((_, index) => lacking[index]?.length === 0);
  if (complete.length === 0) {
    const fields = lacking.reduce((fewest, each) => (each.length < fewest.length ? each : fewest));
    throw new Refusal('FORBIDDEN', `You may not create a record of ${title} with a value for ${fields.join(', ')}.`, {
      fields,
    });
  }
  return complete.sort((a, b) => Number(a.shows?.restricted) - Number(b.shows?.restricted)).map(({ id }) => id);
}

function insertThrough(
  plane: number,
  definition: ObjectDefinition,
  system: Row,
  values: readonly FieldValue[],
): Statement {
  const columns = [
    ...Object.entries(system).map(([column, value]) => ({ column, type: 'uuid', value })),
    ...values.map(({ field, value }) => ({ column: field.column, type: columnType(field.type), value })),
  ];
  const names = columns.map(({ column }) => identifier(column)).join(', ');
  const parameters = columns.map(({ type }, index) => `$${index + 1}::${type}`).join(', ');
  return {
    text: `insert into ${qualified(planeNewSchema(plane), definition.table)} (${names}) values (${parameters})`,
    values: columns.map(({ value }) => value),
  };
}

/** Tries one plane after the other: only the database knows whether the record meets a plane's restriction. */
async function insertThroughOne(
  write: ViewerTransaction,
  definition: ObjectDefinition,
  inserts: readonly Statement[],
): Promise<void> {
  for (const insert of inserts) {
    try {
      await write.run([{ text: 'savepoint plane', values: [] }, insert]);
      return;
    } catch (error) {
      if (!isOutsideRestriction(error)) throw asTaken(definition, error);
      await write.run([{ text: 'rollback to savepoint plane', values: [] }]);
    }
  }
  throw new Refusal(
    'FORBIDDEN',
    `You may not create a record of ${definition.title} with these values: no plane of yours that grants CREATE exposes such a record.`,
    { ability: 'CREATE' },
  );
}

/** A policy that refuses a new row raises the same SQLSTATE as a missing privilege, from another place in Postgres. */
function isOutsideRestriction(error: unknown): boolean {
  return sqlState(error) === '42501' && (error as { routine?: string }).routine === 'ExecWithCheckOptions';
}
