import { type ApiKey, createApiKey, listApiKeys, revokeApiKey } from '../../administration/api-keys.ts';
import { encodeId } from '../global-id.ts';
import { change, read } from './administer.ts';
import { uuidOf } from './ids.ts';
import { defineMutation } from './mutation.ts';
import type { AdminKit } from './types.ts';

/** U11: the keys of service accounts. */
export function defineApiKeys(kit: AdminKit): void {
  const { builder, admin } = kit;
  const ApiKey = builder.objectRef<ApiKey>('ApiKey').implement({
    description:
      'A key by which a program comes as its service account (U11). The key itself is shown when it is made.',
    fields: (t) => ({
      id: t.id({ nullable: false, resolve: ({ id }) => encodeId('ApiKey', id) }),
      name: t.exposeString('name', { nullable: false }),
      createdAt: t.field({ type: 'DateTime', nullable: false, resolve: ({ createdAt }) => createdAt }),
      expiresAt: t.field({ type: 'DateTime', nullable: false, resolve: ({ expiresAt }) => expiresAt }),
      revokedAt: t.field({ type: 'DateTime', resolve: ({ revokedAt }) => revokedAt }),
      lastUsedAt: t.field({ type: 'DateTime', description: 'To the hour.', resolve: ({ lastUsedAt }) => lastUsedAt }),
    }),
  });
  builder.objectFields(admin.User, (t) => ({
    apiKeys: t.field({
      type: [ApiKey],
      nullable: { list: false, items: false },
      description: 'The newest first, those that ended too.',
      resolve: ({ id, service }, _args, context) => (service ? read(context, (a) => listApiKeys(a, id)) : []),
    }),
  }));
  defineMutation(kit, 'createApiKey', {
    description: 'Makes a key for a service account; the answer is the only one that ever shows it (U11).',
    input: (t) => ({
      user: t.id({ required: true }),
      name: t.string({ required: true }),
      expiresAt: t.field({ type: 'DateTime', description: 'Within five years. Left out: in a year.' }),
    }),
    payload: { apiKey: ApiKey, key: 'String' },
    resolve: ({ user, ...input }, context) =>
      change(context, (a) => createApiKey(a, context.apiKeys, uuidOf('User', user, 'user'), input)),
  });
  defineMutation(kit, 'revokeApiKey', {
    description: 'Ends a key for good, for the next request already.',
    input: (t) => ({ id: t.id({ required: true }) }),
    payload: { apiKey: ApiKey },
    resolve: async ({ id }, context) => ({
      apiKey: await change(context, (a) => revokeApiKey(a, uuidOf('ApiKey', id, 'id'))),
    }),
  });
}
