import { invalid } from '../../access/refusals.ts';
import {
  effectivePermission,
  type EffectivePermission,
  findPermissions,
  listEntries,
  type ObjectPermissions,
  type PermissionEntry,
  setInheritance,
  setPermissions,
  type TreeObject,
} from '../../administration/permissions.ts';
import { pascalCase } from '../../compiler/names.ts';
import type { Definitions } from '../../compiler/definition.ts';
import type { Queryable } from '../../database/queryable.ts';
import { changing, reading } from '../as-viewer.ts';
import { decodeId, decodeUuid, encodeId, recordId } from '../global-id.ts';
import { loadFolder } from '../tree/folders.ts';
import { principalOf } from './ids.ts';
import { defineMutation } from './mutation.ts';
import type { AdminKit } from './types.ts';

/** P: permissions on archives, folders and records, for whoever holds EDIT_PERMISSIONS; administrators have no more rights to them than others (U2). */
export function definePermissions(kit: AdminKit): void {
  const { builder, definitions } = kit;
  const types = permissionTypes(kit);
  builder.queryField('permissions', (t) =>
    t.field({
      type: types.Object,
      description: 'The permissions of an archive (its root), a folder or a record; null if the viewer doesn’t see it.',
      args: { object: t.arg.id({ required: true }) },
      resolve: (_root, { object }, { session }) => {
        const place = objectOf(definitions, object);
        return place === null ? null : findPermissions(reading(session), place);
      },
    }),
  );
  defineAccess(kit, types);
  defineMutations(kit, types);
}

type Types = ReturnType<typeof permissionTypes>;

function permissionTypes({ builder, admin, types }: AdminKit) {
  const { Permission, Decision } = admin;
  const Entry = builder.objectRef<PermissionEntry>('PermissionEntry').implement({
    description: 'What an object says of a principal (P2).',
    fields: (t) => ({
      id: t.id({ nullable: false, resolve: ({ id }) => encodeId('PermissionEntry', id) }),
      principal: t.field({
        type: admin.Principal,
        description: 'The user or group; null where the viewer may not see it (U3).',
        resolve: ({ principal, kind }) => principal && { ...principal, kind },
      }),
      permission: t.field({ type: Permission, nullable: false, resolve: ({ permission }) => permission }),
      decision: t.field({ type: Decision, nullable: false, resolve: ({ decision }) => decision }),
      inherited: t.exposeBoolean('inherited', { nullable: false }),
      inheritedFrom: t.field({
        type: types.Folder,
        description: 'Where it is inherited from, as far as the viewer sees that; null for the object’s own (P9).',
        resolve: ({ inheritedFrom }, _args, context) =>
          inheritedFrom === null ? null : loadFolder(context, inheritedFrom.id),
      }),
      copied: t.exposeBoolean('copied', {
        nullable: false,
        description: 'Whether it was copied when inheritance was broken, and left unchanged (P5).',
      }),
    }),
  });
  const Object = builder.objectRef<ObjectPermissions>('ObjectPermissions').implement({
    description: 'The permissions of an archive’s root, a folder or a record (P9).',
    fields: (t) => ({
      object: t.id({ nullable: false, resolve: ({ object }) => idOf(object as NamedObject) }),
      hasOwnEntries: t.exposeBoolean('hasOwnEntries', { nullable: false }),
      inherits: t.exposeBoolean('inherits', {
        nullable: false,
        description: 'Whether the entries of the folder above reach it (P3, P5).',
      }),
      mayEdit: t.exposeBoolean('mayEdit', { nullable: false, description: 'Whether the viewer may change them.' }),
      entries: t.field({
        type: [Entry],
        nullable: { list: false, items: false },
        description: 'All that reach it, its own first; FORBIDDEN without EDIT_PERMISSIONS.',
        resolve: ({ object }, _args, { session }) => listEntries(reading(session), object),
      }),
    }),
  });
  return { Permission, Decision, Entry, Object };
}

/** `access`: questions about who may do what. */
function defineAccess({ builder, definitions }: AdminKit, types: Types): void {
  const Effective = builder.objectRef<EffectivePermission>('EffectivePermission').implement({
    description: 'What is in force for a principal on an object (P4, P9).',
    fields: (t) => ({
      decision: t.field({
        type: types.Decision,
        nullable: false,
        description: 'Of the entries alone.',
        resolve: ({ decision }) => decision,
      }),
      allowed: t.exposeBoolean('allowed', {
        nullable: false,
        description: 'With everything that the permission presupposes: nothing without VIEW, for example (P8).',
      }),
      entries: t.field({
        type: [types.Entry],
        nullable: { list: false, items: false },
        description: 'Every entry that contributed, the nearest first.',
        resolve: ({ entries }) => entries,
      }),
    }),
  });
  const Access = builder.objectRef<object>('Access').implement({ description: 'Questions about who may do what.' });
  builder.queryField('access', (t) => t.field({ type: Access, nullable: false, resolve: () => ({}) }));
  builder.objectField(Access, 'effectivePermission', (t) =>
    t.field({
      type: Effective,
      nullable: false,
      description:
        'Everyone may ask about themselves, holders of EDIT_PERMISSIONS about others. NOT_FOUND for what the viewer doesn’t see.',
      args: {
        object: t.arg.id({ required: true }),
        principal: t.arg.id({ required: true, description: 'A user or a group, built-in ones too.' }),
        permission: t.arg({ type: types.Permission, required: true }),
      },
      resolve: (_, { object, principal, permission }, { session }) =>
        effectivePermission(
          reading(session),
          namedObject(definitions, object, 'object'),
          principalOf(principal, 'principal'),
          permission,
        ),
    }),
  );
}

function defineMutations(kit: AdminKit, types: Types): void {
  const { builder, admin, definitions } = kit;
  const Change = builder.inputType('PermissionChangeInput', {
    description: 'What an object is to say of a principal.',
    fields: (t) => ({
      object: t.id({ required: true, description: 'An archive (its root), a folder or a record.' }),
      principal: t.id({ required: true, description: 'A user or a group, built-in ones too.' }),
      permission: t.field({ type: types.Permission, required: true }),
      decision: t.field({
        type: types.Decision,
        description: 'Null or UNSPECIFIED takes the entry back.',
      }),
    }),
  });
  defineMutation(kit, 'setPermissions', {
    description:
      'Sets, changes and takes back entries, all or nothing; needs EDIT_PERMISSIONS on each object (P2, P8).',
    input: (t) => ({
      changes: t.field({ type: [Change], required: true }),
      confirm: t.boolean({ description: 'Also where it takes the viewer’s own EDIT_PERMISSIONS (P7).' }),
    }),
    payload: { objects: [types.Object], warnings: [admin.Warning] },
    async resolve({ changes, confirm }, context) {
      const given = changes.map(({ object, principal, permission, decision }, index) => ({
        object: namedObject(definitions, object, `changes[${index}].object`),
        principal: principalOf(principal, `changes[${index}].principal`),
        permission,
        decision: decision === 'UNSPECIFIED' || decision == null ? null : decision,
      }));
      return changing(context, async (database) => {
        const warnings = await setPermissions(database, given, confirm ?? false);
        const objects = new Map(given.map(({ object }) => [object.id, object]));
        return { objects: await readBack(database, [...objects.values()]), warnings };
      });
    },
  });
  for (const [name, inherit, description] of [
    ['breakInheritance', false, 'Copies the entries that reach the objects; changes above don’t matter any more (P5).'],
    ['restoreInheritance', true, 'Lets the objects inherit again, and removes the copies left unchanged (P5).'],
  ] as const) {
    defineMutation(kit, name, {
      description: `${description} Needs EDIT_PERMISSIONS.`,
      input: (t) => ({
        objects: t.idList({ required: true }),
        confirm: t.boolean({ description: 'Also where it takes the viewer’s own EDIT_PERMISSIONS (P7).' }),
      }),
      payload: { objects: [types.Object] },
      async resolve({ objects, confirm }, context) {
        const named = objects.map((id, index) => namedObject(definitions, id, `objects[${index}]`));
        return changing(context, async (database) => {
          for (const [index, object] of named.entries()) {
            await setInheritance(database, object, inherit, confirm ?? false, `objects[${index}]`);
          }
          return { objects: await readBack(database, named) };
        });
      },
    });
  }
}

/** What the viewer still sees of what was changed. */
async function readBack(database: Queryable, objects: readonly TreeObject[]): Promise<ObjectPermissions[]> {
  const found: ObjectPermissions[] = [];
  for (const object of objects) {
    const permissions = await findPermissions(database, object);
    if (permissions !== null) found.push(permissions);
  }
  return found;
}

/** An object by the type of its global id. */
interface NamedObject extends TreeObject {
  type: string;
}

function objectOf(definitions: Definitions, id: string): NamedObject | null {
  const decoded = decodeId(id);
  if (decoded === null) return null;
  const { type, parts } = decoded;
  if (type === 'Archive' || type === 'Folder') {
    const uuid = decodeUuid(id, type);
    return uuid === null ? null : { type, id: uuid, workspace: null };
  }
  const isRecord = parts.length === 2 && [...definitions.values()].some(({ name }) => pascalCase(name) === type);
  return isRecord ? { type, id: parts[1]!, workspace: Number(parts[0]) } : null;
}

function namedObject(definitions: Definitions, id: string, path: string): NamedObject {
  const object = objectOf(definitions, id);
  if (object === null) throw invalid([{ path, message: 'is not the id of an archive, a folder or a record' }]);
  return object;
}

function idOf({ type, id, workspace }: NamedObject): string {
  return workspace == null ? encodeId(type, id) : recordId(type, workspace, id);
}
