import { ANONYMOUS } from '../../access/viewers.ts';
import type { UserNode } from '../../reader/record-node.ts';
import { USER_COLUMNS } from '../../reader/read-linked.ts';
import { numberOf } from '../admin/ids.ts';
import { loadBatched } from '../batch.ts';
import type { Kit } from '../builder.ts';
import type { Context } from '../context.ts';
import { describe } from '../describe.ts';
import { encodeId } from '../global-id.ts';
import { defineMailboxes } from '../mailbox/define-mailboxes.ts';
import { defineViewerRights } from './viewer-rights.ts';

/** Who is looking. */
interface ViewerNode {
  id: string;
}

interface FunctionAccess {
  name: string;
  title: string;
  allowed: boolean;
}

export function defineViewer(kit: Kit): void {
  const { builder, types } = kit;
  types.User.implement({
    description: 'A user whom the viewer may see (U3).',
    interfaces: [types.Node],
    fields: (t) => ({
      id: t.id({ nullable: false, ...describe<UserNode>({ value: ({ id }) => encodeId('User', id) }) }),
      name: t.string({
        nullable: false,
        description: 'The login name.',
        ...describe<UserNode>({ value: ({ name }) => name }),
      }),
      displayName: t.string({ nullable: false, ...describe<UserNode>({ value: ({ displayName }) => displayName }) }),
      role: t.field({
        type: types.UserRole,
        nullable: false,
        ...describe<UserNode>({ value: ({ role }) => role }),
      }),
    }),
  });
  types.loaders.set('User', ([id], context) => loadUser(context, id!));
  const functionAccess = builder.objectRef<FunctionAccess>('FunctionAccess').implement({
    description: 'A function of a workspace, and whether the viewer may use it (P10).',
    fields: (t) => ({
      name: t.exposeString('name', { nullable: false }),
      title: t.exposeString('title', { nullable: false }),
      allowed: t.exposeBoolean('allowed', { nullable: false }),
    }),
  });
  const ref = builder.objectRef<ViewerNode>('Viewer').implement({
    description: 'Who is looking, as the database sees it.',
    fields: (t) => ({
      isAnonymous: t.boolean({ nullable: false, resolve: ({ id }) => id === ANONYMOUS }),
      user: t.field({
        type: types.User,
        description: 'The viewer’s account; null for anonymous, and for accounts that may not look.',
        resolve: ({ id }, _args, context) => (id === ANONYMOUS ? null : loadUser(context, id)),
      }),
      functions: t.field({
        type: [functionAccess],
        nullable: { list: false, items: false },
        description:
          'What the viewer may use in a workspace (P10), none for one that the viewer doesn’t see; without a workspace, in any of those that the viewer sees.',
        args: { workspace: t.arg.id() },
        async resolve(_, { workspace }, context) {
          const text = `select f.name, f.title, bool_or(f.allowed) as allowed
            from rowplane.visible_workspaces w cross join lateral rowplane.viewer_functions(w.id) f
            where $1::int is null or w.id = $1 group by 1, 2 order by 1`;
          const values = [workspace == null ? null : numberOf('Workspace', workspace, 'workspace')];
          return (await context.session.query({ text, values })) as unknown as FunctionAccess[];
        },
      }),
    }),
  });
  defineViewerRights(kit, ref);
  defineMailboxes(kit, ref);
  builder.queryField('viewer', (t) =>
    t.field({ type: ref, nullable: false, resolve: (_, _args, context) => context.viewer }),
  );
}

/** A user whom the viewer may see, or null. */
export async function loadUser(context: Context, id: string): Promise<UserNode | null> {
  const text = `select ${USER_COLUMNS} from rowplane.visible_users where id = $1::uuid`;
  const [row] = await context.session.query({ text, values: [id] });
  return (row as UserNode | undefined) ?? null;
}

/** The same, together with the others that are asked for at the same time. Null stays null. */
export async function loadUserBatched(context: Context, id: string | null): Promise<UserNode | null> {
  if (id === null) return null;
  const found = await loadBatched<string, UserNode>(context, 'user', id, async (ids) => {
    const text = `select ${USER_COLUMNS} from rowplane.visible_users where id = any ($1::uuid[])`;
    const users = (await context.session.query({ text, values: [ids] })) as unknown as UserNode[];
    return new Map(users.map((user) => [user.id, user]));
  });
  return found ?? null;
}
