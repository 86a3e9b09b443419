import { invalid, Refusal } from '../../access/refusals.ts';
import { findPlace } from '../../writer/destination.ts';
import { emptyTrash, type Emptied, type TrashPlace } from '../../writer/empty-trash.ts';
import type { Kit } from '../builder.ts';
import type { Context } from '../context.ts';
import { decodeNumber } from '../global-id.ts';
import { namedPart } from './mutation-inputs.ts';

/** W2: erases for good, in all definitions of a workspace or archive. */
export function defineEmptyTrash({ builder, definitions }: Kit): void {
  const Input = builder.inputType('EmptyTrashInput', {
    fields: (t) => ({
      workspace: t.id({ description: 'All trash of this workspace.' }),
      archive: t.id({ description: 'Only the trash of this archive.' }),
    }),
  });
  const Payload = builder.objectRef<Emptied>('EmptyTrashPayload').implement({
    fields: (t) => ({
      erased: t.exposeInt('erased', { nullable: false, description: 'Records that are gone for good.' }),
      kept: t.exposeInt('kept', {
        nullable: false,
        description: 'Records that stay because others must refer to them.',
      }),
    }),
  });
  builder.mutationField('emptyTrash', (t) =>
    t.field({
      type: Payload,
      description:
        'Erases for good what is in the trash and the viewer may delete; needs the function EMPTY_TRASH (W2, P10).',
      args: { input: t.arg({ type: Input, required: true }) },
      resolve: async (_root, { input }, context) => emptyTrash(context, definitions, await placeOf(input, context)),
    }),
  );
}

async function placeOf(
  { workspace, archive }: { workspace?: string | null; archive?: string | null },
  context: Context,
): Promise<TrashPlace> {
  if (archive != null) {
    const place = await findPlace(context, { archive: namedPart('Archive', archive) });
    return { workspace: place.workspace, archive: place.archive };
  }
  if (workspace == null) throw invalid([{ path: 'workspace', message: 'is needed, or else an archive' }]);
  const number = decodeNumber(workspace, 'Workspace');
  const seen = await context.session.query({
    text: 'select id from rowplane.visible_workspaces where id = $1::int',
    values: [number],
  });
  if (number === null || seen.length === 0)
    throw new Refusal('NOT_FOUND', 'There is no such workspace.', { path: 'workspace' });
  return { workspace: number, archive: null };
}
