import { Refusal } from '../../access/refusals.ts';
import { loadBatched } from '../batch.ts';
import type { Builder, Kit } from '../builder.ts';
import { defineConnection } from '../connections.ts';
import type { Context } from '../context.ts';
import { encodeId } from '../global-id.ts';
import { namesPage } from './names-page.ts';

/** A workspace in which the viewer sees an archive. */
export interface WorkspaceNode {
  id: number;
  name: string;
  company: string;
}

export type WorkspaceRef = ReturnType<typeof workspaceRef>;

function workspaceRef(builder: Builder) {
  return builder.objectRef<WorkspaceNode>('Workspace');
}

const COLUMNS = 'id, name, company_name as company';

export function defineWorkspaces(kit: Kit): WorkspaceRef {
  const { builder, types } = kit;
  const ref = workspaceRef(builder);
  ref.implement({
    interfaces: [types.Node],
    fields: (t) => ({
      id: t.id({ nullable: false, resolve: ({ id }) => encodeId('Workspace', id) }),
      name: t.exposeString('name', { nullable: false }),
      company: t.exposeString('company', {
        nullable: false,
        description: 'The name of the company that it belongs to.',
      }),
    }),
  });
  types.loaders.set('Workspace', ([id], context) => loadWorkspace(context, Number(id)));
  const connection = defineConnection<WorkspaceNode>(kit, 'Workspace', ref);
  builder.queryField('workspaces', (t) =>
    t.field({
      type: connection,
      nullable: false,
      description: 'The workspaces in which the viewer sees an archive, by name.',
      args: { first: t.arg.int(), after: t.arg.string() },
      async resolve(_, args, context) {
        const page = namesPage(context, 'workspaces', args);
        const rows = await context.session.query({
          text: `select ${COLUMNS} from rowplane.visible_workspaces where $1::text is null or (name, id) > ($1::text, $2::int) order by name, id limit $3`,
          values: [page.after?.name ?? null, page.after?.id ?? null, page.limit],
        });
        return page.pageOf(rows as unknown as WorkspaceNode[], async () => {
          const [row] = await context.session.query({
            text: 'select count(*)::int as count from rowplane.visible_workspaces',
            values: [],
          });
          return row!.count as number;
        });
      },
    }),
  );
  return ref;
}

export async function loadWorkspace(context: Context, id: number): Promise<WorkspaceNode | null> {
  const found = await loadBatched<number, WorkspaceNode>(context, 'workspace', id, async (ids) => {
    const text = `select ${COLUMNS} from rowplane.visible_workspaces where id = any ($1::int[])`;
    const rows = (await context.session.query({ text, values: [ids] })) as unknown as WorkspaceNode[];
    return new Map(rows.map((row) => [row.id, row]));
  });
  return found ?? null;
}

/** The same; NOT_FOUND where the viewer sees none. */
export async function findWorkspace(context: Context, id: number): Promise<WorkspaceNode> {
  const found = await loadWorkspace(context, id);
  if (found) return found;
  throw new Refusal('NOT_FOUND', 'There is no such workspace.', { path: 'workspace' });
}
