import { invalid, Refusal } from '../../access/refusals.ts';
import type { Definitions } from '../../compiler/definition.ts';
import { pascalCase } from '../../compiler/names.ts';
import type { Selected } from '../../mailbox/candidates.ts';
import type { Entries } from '../../mailbox/entry.ts';
import { decodeId, decodeRecordId, encodeId } from '../global-id.ts';

export const entryId = (workspace: number, id: string): string => encodeId('MailboxEntry', workspace, id);

/** The records that an argument names. What is no id of a record is a missing one (V2). */
export function selectedRecords(definitions: Definitions, ids: readonly string[]): Selected {
  const names = new Map([...definitions.values()].map(({ name }) => [pascalCase(name), name]));
  const decoded = ids.map((id) => {
    const known = decodeId(id);
    const definition = known?.parts.length === 2 ? names.get(known.type) : undefined;
    return definition === undefined ? null : { definition, workspace: Number(known!.parts[0]), id: known!.parts[1]! };
  });
  const missing = ids.filter((_, index) => decoded[index] === null);
  if (missing.length > 0)
    throw new Refusal('NOT_FOUND', `${missing.length} of these records don't exist. Nothing was changed.`, {
      ids: missing,
    });
  const records = decoded as { definition: string; workspace: number; id: string }[];
  return {
    workspace: oneWorkspace('records', records),
    definitions: records.map(({ definition }) => definition),
    ids: records.map(({ id }) => id),
  };
}

/** The entries that an argument names. */
export function namedEntries(ids: readonly string[]): Entries {
  const decoded = ids.map((id) => decodeRecordId(id, 'MailboxEntry'));
  const missing = ids.filter((_, index) => decoded[index] === null);
  if (missing.length > 0)
    throw new Refusal('NOT_FOUND', `${missing.length} of these entries don't exist. Nothing was changed.`, {
      entries: missing,
    });
  const entries = decoded as { workspace: number; uuid: string }[];
  return { workspace: oneWorkspace('entries', entries), ids: entries.map(({ uuid }) => uuid) };
}

/** What is judged in one snapshot and sent in one transaction is in one workspace. */
function oneWorkspace(path: string, of: readonly { workspace: number }[]): number {
  const [first] = of;
  if (first === undefined) throw invalid([{ path, message: `must name at least one` }]);
  if (of.some(({ workspace }) => workspace !== first.workspace))
    throw invalid([{ path, message: 'must be of one workspace' }]);
  return first.workspace;
}

/** Makes a refusal speak of records, entries and users by the ids that the API gives them. */
export async function refusingByMailboxId<T>(of: Selected | Entries, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    const { ids, entries, recipients } = error.details as Record<string, string[] | undefined>;
    const record = (uuid: string) => {
      const index = of.ids.indexOf(uuid);
      return 'definitions' in of && index >= 0
        ? encodeId(pascalCase(of.definitions[index]!), of.workspace, uuid)
        : undefined;
    };
    const details = {
      ...error.details,
      // Of records behind entries only the entries are known by id.
      ...(ids !== undefined && { ids: ids.flatMap((uuid) => record(uuid) ?? []) }),
      ...(entries !== undefined && { entries: entries.map((uuid) => entryId(of.workspace, uuid)) }),
      ...(recipients !== undefined && { recipients: recipients.map((uuid) => encodeId('User', uuid)) }),
    };
    throw new Refusal(error.code, error.message, details, { cause: error });
  }
}
