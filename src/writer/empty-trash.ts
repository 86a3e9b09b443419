import { Refusal } from '../access/refusals.ts';
import type { Row, Statement } from '../access/unit.ts';
import type { Definitions, ObjectDefinition } from '../compiler/definition.ts';
import { trashSchema } from '../compiler/names.ts';
import { qualified } from '../compiler/sql-object.ts';
import type { Writing } from './writing.ts';

/** Which trash: a workspace's, or only that of one of its archives. */
export interface TrashPlace {
  workspace: number;
  archive: string | null;
}

/** Records erased for good, and those of the viewer's trash that stay because other records must refer to them. */
export interface Emptied {
  erased: number;
  kept: number;
}

/** Records of one definition that one transaction erases: permission changes wait for it. */
const BATCH = 2000;

/**
 * W2: erases what is in the trash and the viewer may delete; nothing else, and nothing that the viewer doesn't see
 * there. References to erased records become empty. Batch by batch: when one fails, those before it are gone.
 * Throws FORBIDDEN without the function EMPTY_TRASH (P10).
 */
export async function emptyTrash(writing: Writing, definitions: Definitions, place: TrashPlace): Promise<Emptied> {
  const all = [...definitions.values()];
  let erased = 0;
  // A record that must refer to another one goes before it, so what stayed is tried again as long as something goes.
  for (;;) {
    const round = await eraseBatch(writing, all, place);
    if (round === 0) break;
    erased += round;
  }
  await eraseFolders(writing, place);
  const left = await writing.viewers.read(writing.viewer, [], () => all.map((definition) => count(definition, place)));
  return { erased, kept: sum(left) };
}

async function eraseBatch(
  { viewers, viewer }: Writing,
  definitions: readonly ObjectDefinition[],
  place: TrashPlace,
): Promise<number> {
  return viewers.write(viewer, [], async (write) => {
    const [answer] = await write.run([
      { text: `select rowplane.viewer_function($1, 'EMPTY_TRASH') as allowed`, values: [place.workspace] },
    ]);
    if (answer?.[0]?.allowed !== true)
      throw new Refusal('FORBIDDEN', 'You may not empty the trash of this workspace.', { function: 'EMPTY_TRASH' });
    return sum(await write.run(definitions.map((definition) => erase(definition, place))));
  });
}

/** Folders in the trash in which nothing is left go with it. */
async function eraseFolders({ viewers, viewer }: Writing, { workspace, archive }: TrashPlace): Promise<void> {
  await viewers.change(viewer, (run) =>
    run([{ text: 'select rowplane.erase_folders($1, $2)', values: [workspace, archive] }]),
  );
}

function erase(definition: ObjectDefinition, place: TrashPlace): Statement {
  const trash = trashOf(definition, place);
  return {
    text: `with gone as (
        delete from ${trash} where id in (select id from ${trash} where archive_id = coalesce($1::uuid, archive_id) limit ${BATCH})
        returning id
      ) select count(*)::int as records from gone`,
    values: [place.archive],
  };
}

function count(definition: ObjectDefinition, place: TrashPlace): Statement {
  return {
    text: `select count(*)::int as records from ${trashOf(definition, place)} where archive_id = coalesce($1::uuid, archive_id)`,
    values: [place.archive],
  };
}

function trashOf({ table }: ObjectDefinition, { workspace }: TrashPlace): string {
  return qualified(trashSchema(workspace), table);
}

function sum(results: readonly Row[][]): number {
  return results.reduce((total, rows) => total + (rows[0]?.records as number), 0);
}
