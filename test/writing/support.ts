import { Refusal } from '../../src/access/refusals.ts';
import { changeClient, moveRecords } from '../../src/writer/move.ts';
import { createRecord } from '../../src/writer/create.ts';
import { findPlace, type NamedPlace } from '../../src/writer/destination.ts';
import { emptyTrash } from '../../src/writer/empty-trash.ts';
import { restoreRecords, trashRecords } from '../../src/writer/trash.ts';
import { updateRecords } from '../../src/writer/update.ts';
import type { GivenValues } from '../../src/writer/values.ts';
import type { Target } from '../../src/writer/writing.ts';
import type { Person, Vault } from '../attack/vault.ts';

/** A record, by its id or with the version that is expected of it. */
export type Aim = string | Target;

/** The writer in the hands of one person, for the papers of a vault. */
export function writerOf(vault: Vault, person: Person, definition = 'paper') {
  const { viewers, people, workspace, definitions, archives } = vault;
  const writing = { viewers, viewer: people[person] };
  const shelf = { workspace, definition: definitions.get(definition)! };
  const aimed = (aims: Aim[]) => aims.map((aim) => (typeof aim === 'string' ? { id: aim } : aim));
  return {
    async create({ client = null, ...named }: NamedPlace & { client?: string | null }, values: GivenValues) {
      const place = await findPlace(writing, named);
      return createRecord(writing, shelf, { ...place, client }, values);
    },
    update: (aims: Aim[], values: GivenValues) => updateRecords(writing, shelf, aimed(aims), values),
    changeClient: (aims: Aim[], client: string) => changeClient(writing, shelf, aimed(aims), client),
    move: (aims: Aim[], archive: keyof Vault['archives'], folder = archives[archive], client: string | null = null) =>
      moveRecords(writing, shelf, aimed(aims), { archive: archives[archive], folder, client }),
    trash: (aims: Aim[]) => trashRecords(writing, shelf, aimed(aims)),
    restore: (aims: Aim[]) => restoreRecords(writing, shelf, aimed(aims)),
    emptyTrash: (archive: string | null = null) => emptyTrash(writing, definitions, { workspace, archive }),
  };
}

/** What a write was refused with: code and details. Fails the test if it wasn't refused. */
export async function refusal(write: Promise<unknown>): Promise<Record<string, unknown>> {
  try {
    await write;
  } catch (error) {
    if (error instanceof Refusal) return { code: error.code, ...error.details };
    throw error;
  }
  throw new Error('The write was not refused.');
}

/** A uuid that no record has. */
export const MISSING = '01900000-0000-7000-8000-000000000000';
