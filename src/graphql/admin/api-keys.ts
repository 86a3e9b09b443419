import {
  createApiKey,
  listApiKeys,
  listApiKeysOf,
  revokeApiKey,
  revokeApiKeys,
} from '../../administration/api-keys.ts';
import { getUser } from '../../administration/users.ts';
import { encodeId } from '../global-id.ts';
import { change, read, readPage } from './administer.ts';
import { uuidOf, uuidsOf } from './ids.ts';
import { defineMutation } from './mutation.ts';
import { pageArguments } from './page-arguments.ts';
import type { AdminKit } from './types.ts';

/** U11: the keys of service accounts. */
export function defineApiKeys(kit: AdminKit): void {
  const { builder, admin } = kit;
  const { ApiKey } = admin;
  ApiKey.implement({
    description:
      'A key by which a program comes as its service account (U11). The key itself is shown when it is made.',
    fields: (t) => ({
      id: t.id({ nullable: false, resolve: ({ id }) => encodeId('ApiKey', id) }),
      name: t.exposeString('name', { nullable: false }),
      user: t.field({
        type: admin.User,
        nullable: false,
        description: 'The service account that it is a key of.',
        resolve: ({ userId }, _args, context) => read(context, (a) => getUser(a, userId)),
      }),
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
      resolve: ({ id, service }, _args, context) => (service ? read(context, (a) => listApiKeysOf(a, id)) : []),
    }),
  }));
  builder.objectFields(admin.Administration, (t) => ({
    apiKeys: t.field({
      type: admin.ApiKeys,
      nullable: false,
      description: 'The keys of all service accounts that meet all that is given, by name.',
      args: {
        ...pageArguments(t),
        user: t.arg.id(),
        active: t.arg.boolean({
          description: 'Those that work now; or those that ended: revoked, expired, or of a blocked account.',
        }),
      },
      resolve(_, { user, active, ...page }, context) {
        const filter = { user: user == null ? null : uuidOf('User', user, 'user'), active };
        return readPage(context, page, (a, request) => listApiKeys(a, filter, request));
      },
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
  defineMutation(kit, 'revokeApiKeys', {
    description: 'Ends any number of keys at once, all or none.',
    input: (t) => ({ ids: t.idList({ required: true }) }),
    payload: { apiKeys: [ApiKey] },
    resolve: async ({ ids }, context) => ({
      apiKeys: await change(context, (a) => revokeApiKeys(a, uuidsOf('ApiKey', ids, 'ids'))),
    }),
  });
}
