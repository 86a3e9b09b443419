import { invalid } from '../../access/refusals.ts';
import { transferOwnership } from '../../administration/ownership.ts';
import { change } from './administer.ts';
import { decodeId } from '../global-id.ts';
import { numberOf, uuidOf } from './ids.ts';
import { defineMutation } from './mutation.ts';
import type { AdminKit } from './types.ts';

/** D1: owners who are blocked or gone. Whoever is there transfers records as their viewer. */
export function defineOwnership(kit: AdminKit): void {
  defineMutation(kit, 'transferOwnership', {
    description: 'Gives to a user what another one owns who is blocked or gone, the trash included (D1).',
    input: (t) => ({
      from: t.id({ required: true }),
      to: t.id({ required: true }),
      workspace: t.id({ description: 'Only what lies in this workspace.' }),
      definition: t.string({ description: 'Only records of this object definition.' }),
      records: t.idList({ description: 'Only these records.' }),
    }),
    payload: { transferred: 'Int' },
    async resolve({ from, to, workspace, definition, records }, context) {
      const table = definition == null ? undefined : context.definitions.get(definition)?.table;
      if (definition != null && table === undefined)
        throw invalid([{ path: 'definition', message: 'is no object definition' }]);
      const chosen = {
        workspace: workspace == null ? undefined : numberOf('Workspace', workspace, 'workspace'),
        table,
        ids: records?.map(recordUuid),
      };
      const [previous, successor] = [uuidOf('User', from, 'from'), uuidOf('User', to, 'to')];
      return { transferred: await change(context, (a) => transferOwnership(a, previous, successor, chosen)) };
    },
  });
}

function recordUuid(id: string, index: number): string {
  const { parts = [] } = decodeId(id) ?? {};
  if (parts.length !== 2) throw invalid([{ path: `records[${index}]`, message: 'is not the id of a record' }]);
  return parts[1]!;
}
