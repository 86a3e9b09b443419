import type { AccessChange } from '../../delivery/delivery.ts';
import type { Kit } from '../builder.ts';
import { describe } from '../describe.ts';
import { encodeId } from '../global-id.ts';
import { deliveryOf } from './change.ts';
import { compileChange } from './compile-change.ts';
import { mapped } from './following.ts';

/** `accessChanged`: the viewer's own access became different, so what was read before may be as well. */
export function defineAccessChanges({ builder }: Kit): void {
  const change = builder.objectRef<AccessChange>('AccessChange').implement({
    description: 'The viewer’s own access changed: what was read before may be different now.',
    fields: (t) => ({
      workspaces: t.idList({
        nullable: false,
        description: 'The workspaces in which it changed.',
        ...describe<AccessChange>({ value: ({ workspaces }) => workspaces.map((id) => encodeId('Workspace', id)) }),
      }),
    }),
  });
  builder.subscriptionField('accessChanged', (t) =>
    t.field({
      type: change,
      nullable: false,
      description: 'Tells when the viewer’s own access changes: query again what is shown.',
      subscribe: async (_root, _args, context, info) =>
        mapped(
          await deliveryOf(context).followAccess(context.viewer),
          compileChange<AccessChange>(info, null).tell,
        ) as never,
      resolve: (told) => told as never,
    }),
  );
}
