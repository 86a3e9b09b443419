import { preparsePolicySet, statefulIsAuthorized, type EntityJson } from '@cedar-policy/cedar-wasm/nodejs';
import {
  ANONYMOUS,
  find,
  PERMISSIONS,
  type Id,
  type Item,
  type Permission,
  type Principal,
  type World,
} from '../oracle/world.ts';
import { canonicalDecimal, cedarMoment, rankOf } from './conditions.ts';
import { actionsOf, builtinsOf, entityType, policiesOf } from './policies.ts';

/** What a viewer may with a visible record. */
export interface Judgement {
  levels: Record<string, 'HIDDEN' | 'READ' | 'EDIT'>;
  abilities: string[];
}

/** Cedar's verdicts about a world, each on one viewer and record; null: the record isn't visible. Throws if Cedar can't read or evaluate a policy. */
export function cedarJudge(world: World): (viewer: Id, item: Item) => Judgement | null {
  const preparsedPolicySetId = 'world';
  const parsed = preparsePolicySet(preparsedPolicySetId, { staticPolicies: policiesOf(world) });
  if (parsed.type === 'failure') throw new Error(`Cedar can't read the policies: ${JSON.stringify(parsed.errors)}`);
  return (viewer, item) => {
    const definition = world.definitions[item.definition]!;
    const around = [...userEntities(world, viewer), ...itemEntities(world, item)];
    const actions = actionsOf(definition);
    const allows = (action: string): boolean => {
      const answer = statefulIsAuthorized({
        principal: { type: 'User', id: viewer },
        action: { type: 'Action', id: action },
        resource: { type: entityType(definition), id: item.id },
        context: { now: moment(world.now) },
        preparsedPolicySetId,
        entities: [
          ...around,
          entity(
            'Action',
            action,
            actions.get(action)!.map((id) => ({ type: 'Action', id })),
          ),
        ],
      });
      if (answer.type === 'failure' || answer.response.diagnostics.errors.length > 0)
        throw new Error(`Cedar can't judge ${action}: ${JSON.stringify(answer)}`);
      return answer.response.decision === 'allow';
    };
    if (!allows('see')) return null;
    const level = (field: string) => (allows(`edit/${field}`) ? 'EDIT' : allows(`read/${field}`) ? 'READ' : 'HIDDEN');
    const abilities = [...actions.keys()].filter((action) => action.startsWith('ability/') && allows(action));
    return {
      levels: Object.fromEntries(Object.keys(definition.fields).map((field) => [field, level(field)])),
      abilities: abilities.map((action) => action.slice('ability/'.length)).sort(),
    };
  };
}

type Attributes = EntityJson['attrs'];

function entity(type: string, id: string, parents: { type: string; id: string }[], attrs: Attributes = {}): EntityJson {
  return { uid: { type, id }, attrs, parents };
}

const moment = (text: string): Attributes[string] => ({ __extn: { fn: 'datetime', arg: cedarMoment(text) } });
const refer = (type: string, id: string): Attributes[string] => ({ __entity: { type, id } });
const referPrincipal = (principal: Principal): Attributes[string] =>
  'user' in principal ? refer('User', principal.user) : refer('Group', principal.group);

/** The viewer and all groups with their nesting: who is in what is for Cedar to find. */
function userEntities(world: World, viewer: Id): EntityJson[] {
  const user = world.users.find(({ id }) => id === viewer);
  const groups = [
    ...world.members.filter((member) => member.user === viewer).map(({ group }) => group),
    ...builtinsOf(viewer === ANONYMOUS ? null : user!.role),
  ];
  const { active = true, blockedUntil = null, role } = user ?? {};
  const until = blockedUntil === 'infinity' ? '9999-12-31T23:59:59.999Z' : blockedUntil;
  return [
    entity(
      'User',
      viewer,
      groups.map((id) => ({ type: 'Group', id })),
      {
        active,
        rights: grantedTo(world, viewer),
        ...(role !== undefined && { role }),
        ...(until !== null && { blockedUntil: moment(until) }),
      },
    ),
    ...world.groups.map(({ id }) => {
      const parents = world.nesting
        .filter(({ child }) => child === id)
        .map(({ parent }) => ({ type: 'Group', id: parent }));
      return entity('Group', id, parents);
    }),
  ];
}

/** R3, R4: every level that any assignment gives, by company and right; EDIT includes DISPLAY (R1). That the highest counts (R5) follows. */
function grantedTo(world: World, viewer: Id): string[] {
  return world.rightsAssignments
    .filter(({ user }) => user === viewer)
    .flatMap(({ company, given }) => {
      const ids = 'profile' in given ? [given.profile] : find(world.rightsRoles, given.rightsRole).profiles;
      return ids.flatMap((id) =>
        Object.entries(find(world.profiles, id).levels).flatMap(([right, level]) =>
          (level === 'EDIT' ? ['DISPLAY', 'EDIT'] : [level]).map((each) => `${company}/${right}/${each}`),
        ),
      );
    });
}

/** P3, P5: objects of the tree are in each other, up to a break, for Cedar to find what a DENY reaches. */
function objectEntity(world: World, id: Id, container: Id | null): EntityJson {
  const parents = container === null || world.breaks.includes(id) ? [] : [{ type: 'Object', id: container }];
  return entity('Object', id, parents, {
    allowed: Object.fromEntries(
      PERMISSIONS.map((permission) => [permission, allowedOn(world, id, container, permission)]),
    ),
  });
}

/** P4: to whom an object, or one that it inherits from, says ALLOW. */
function allowedOn(world: World, id: Id, container: Id | null, permission: Permission): Attributes[string][] {
  const own = world.entries.filter(
    (entry) => entry.object === id && entry.permission === permission && entry.decision === 'ALLOW',
  );
  const principals = own.map(({ principal }) => referPrincipal(principal));
  if (container === null || world.breaks.includes(id)) return principals;
  const { parent } = find(world.folders, container);
  return [...principals, ...allowedOn(world, container, parent, permission)];
}

function itemEntities(world: World, item: Item): EntityJson[] {
  const archive = find(world.archives, item.archive);
  const assignees = world.assignments
    .filter((each) => each.archive === archive.id && each.client === item.client)
    .map(({ principal }) => referPrincipal(principal));
  const type = entityType({ name: item.definition });
  const parents = [
    { type: 'Workspace', id: archive.workspace },
    { type: 'Object', id: item.id },
  ];
  return [
    ...world.folders.map(({ id, parent }) => objectEntity(world, id, parent)),
    objectEntity(world, item.id, item.folder),
    entity('Archive', archive.id, [], { clientsEnabled: archive.clientsEnabled }),
    entity(type, item.id, parents, {
      archive: refer('Archive', archive.id),
      object: refer('Object', item.id),
      place: refer('Object', item.folder),
      trashed: item.trashed,
      assignees,
      id: item.id,
      folder: item.folder,
      version: item.version,
      ...(item.client !== null && { client: item.client }),
      ...(item.owner !== null && { owner: refer('User', item.owner) }),
      ...valueAttributes(world, item),
    }),
  ];
}

function valueAttributes(world: World, item: Item): Attributes {
  const { fields } = world.definitions[item.definition]!;
  return Object.fromEntries(
    Object.entries(item.values).flatMap(([name, value]): [string, Attributes[string]][] => {
      if (value === null) return [];
      switch (fields[name]!.type) {
        case 'user':
          return [[name, refer('User', String(value))]];
        case 'date':
        case 'dateTime':
          return [[name, moment(String(value))]];
        case 'text':
          return [
            [name, value],
            [`${name}Rank`, rankOf(world, 'text', String(value))],
            [`${name}Lower`, String(value).toLowerCase()],
          ];
        case 'decimal':
          return [
            [name, canonicalDecimal(String(value))],
            [`${name}Rank`, rankOf(world, 'decimal', String(value))],
          ];
        default:
          return [[name, value]];
      }
    }),
  );
}
