import { BUILTIN, type Definition, type DefinitionInPlane, type Plane, type World } from '../oracle/world.ts';
import { conditionToCedar } from './conditions.ts';

/**
 * A world as policies of Cedar, an authorization language that none of us made. Planes, clients and entries become policies;
 * what planes enable become groups of actions, so that Cedar itself finds the levels of fields (A3); whoever is in a group is
 * found by Cedar's own hierarchy (U9).
 */
export function policiesOf(world: World): string {
  return [
    ...VIEWERS,
    ...layers(),
    ...rights(world),
    ...freezes(world),
    ...locks(world),
    ...world.planes.flatMap((plane) => planePolicies(world, plane)),
    ...denials(world),
  ].join('\n');
}

/** U4; V1: the trash, and accounts that may not look. */
const VIEWERS = [
  'forbid(principal, action in Action::"needs/CREATE", resource) when { principal has role && principal.role == "GUEST" };',
  'forbid(principal, action, resource) when { resource.trashed };',
  'forbid(principal, action, resource) unless { principal.active && (!(principal has blockedUntil) || principal.blockedUntil <= context.now) };',
];

const ON_RECORDS = ['VIEW', 'EDIT', 'CREATE', 'DELETE'] as const;
const ON_FOLDERS = ['VIEW', 'EDIT'] as const;

/** C5; the permissions that P8 asks for, and that a record goes into the trash only from a folder that the viewer may EDIT. */
function layers(): string[] {
  return [
    'forbid(principal, action, resource) when { resource.archive.clientsEnabled } unless { resource has assignees && principal in resource.assignees };',
    ...ON_RECORDS.map(
      (permission) =>
        `forbid(principal, action in Action::"needs/${permission}", resource) unless { principal in resource.object.allowed.${permission} };`,
    ),
    ...ON_FOLDERS.map(
      (permission) =>
        `forbid(principal, action in Action::"needs/DELETE", resource) unless { principal in resource.place.allowed.${permission} };`,
    ),
  ];
}

/** R7: rights count in the company of a workspace. */
function rights({ definitions, workspaces }: World): string[] {
  return Object.values(definitions).flatMap((definition) => {
    const { right } = definition;
    if (right === undefined) return [];
    return workspaces.flatMap(({ id, company }) =>
      (['VIEW/DISPLAY', 'EDIT/EDIT'] as const).map((pair) => {
        const [need, level] = pair.split('/');
        const has = `principal.rights.contains(${JSON.stringify(`${company}/${right}/${level}`)})`;
        return `forbid(principal, action in Action::"needs/${need}", resource is ${entityType(definition)} in Workspace::"${id}") unless { ${has} };`;
      }),
    );
  });
}

/** W7: nobody may what a frozen record, or field, doesn't let. */
function freezes(world: World): string[] {
  return Object.values(world.definitions).flatMap((definition) =>
    (definition.freezes ?? []).map(
      ({ when }, index) =>
        `forbid(principal, action in Action::"${definition.name}/freeze/${String(index)}", resource is ${entityType(definition)}) when { ${conditionToCedar(definition, when, world)} };`,
    ),
  );
}

/** P11: only the holder writes. */
function locks(world: World): string[] {
  return world.locks.map(
    ({ workspace, holder }) =>
      `forbid(principal, action in Action::"needs/EDIT", resource in Workspace::"${workspace}") unless { principal == User::"${holder}" };`,
  );
}

/** P4: a DENY wins. U9: to Everyone, it reaches every viewer. */
function denials(world: World): string[] {
  return world.entries
    .filter(({ decision }) => decision === 'DENY')
    .flatMap(({ object, principal, permission }) => {
      const whom =
        'user' in principal
          ? `principal == User::"${principal.user}"`
          : principal.group === 'EVERYONE'
            ? 'principal'
            : `principal in Group::"${principal.group}"`;
      const onRecords = `forbid(${whom}, action in Action::"needs/${permission}", resource in Object::"${object}");`;
      const onFolders = `forbid(${whom}, action in Action::"needs/DELETE", resource) when { resource.place in Object::"${object}" };`;
      return (ON_FOLDERS as readonly string[]).includes(permission) ? [onRecords, onFolders] : [onRecords];
    });
}

/** A2, A6: what a plane enables, to the members of its groups, on the records that meet its restriction. */
function planePolicies(world: World, plane: Plane): string[] {
  const groups = world.planeGroups.filter((link) => link.plane === plane.id).map(({ group }) => group);
  return Object.values(world.definitions).flatMap((definition) => {
    const content = plane.full ? everything(definition) : plane.content[definition.name];
    if (content === undefined) return [];
    const actions = enabledActions(definition, content);
    if (actions.length === 0) return [];
    const condition = content.restriction === null ? 'true' : conditionToCedar(definition, content.restriction, world);
    return groups.map(
      (group) =>
        `permit(principal in Group::"${group}", action in [${actions.map((action) => `Action::${JSON.stringify(action)}`).join(', ')}], ` +
        `resource is ${entityType(definition)} in Workspace::"${plane.workspace}") when { ${condition} };`,
    );
  });
}

const COMMON = ['CREATE', 'DELETE', 'MASS_DELETE', 'MASS_UPDATE'];

function everything(definition: Definition): DefinitionInPlane {
  return {
    views: Object.keys(definition.views),
    layouts: Object.keys(definition.layouts),
    documentViewers: Object.keys(definition.documentViewers),
    abilities: [...COMMON, ...Object.keys(definition.abilities)],
    restriction: null,
  };
}

/** The parts that a plane enables, and the abilities whose fields these show (A4). Without parts it isn't active (A1). */
function enabledActions(definition: Definition, content: DefinitionInPlane): string[] {
  const parts = [
    ...content.views.map((name) => `view/${name}`),
    ...content.layouts.map((name) => `layout/${name}`),
    ...content.documentViewers.map((name) => `documentViewer/${name}`),
  ];
  if (parts.length === 0) return [];
  const shown = Object.keys(definition.fields).filter((field) =>
    partsThatShow(definition, field).some((part) => parts.includes(part)),
  );
  const abilities = content.abilities.filter((name) =>
    (definition.abilities[name]?.fields ?? []).every((field) => shown.includes(field)),
  );
  return [
    ...parts.map((part) => `${definition.name}/${part}`),
    ...abilities.map((name) => `${definition.name}/ability/${name}`),
  ];
}

function partsThatShow(definition: Definition, field: string): string[] {
  const named = <T>(kind: string, of: Record<string, T>, shows: (part: T) => readonly string[]) =>
    Object.entries(of)
      .filter(([, part]) => shows(part).includes(field))
      .map(([name]) => `${kind}/${name}`);
  return [
    ...named('view', definition.views, ({ fields }) => fields),
    ...named('layout', definition.layouts, ({ shows, edits }) => [...shows, ...edits]),
    ...named('documentViewer', definition.documentViewers, ({ fields }) => fields),
  ];
}

/** What can be asked about a record, each with the parts of planes that include it and the permissions that it needs. */
export function actionsOf(definition: Definition): Map<string, string[]> {
  const own = (part: string) => `${definition.name}/${part}`;
  const actions = new Map<string, string[]>();
  const all = Object.keys(definition.fields).map((field) => [field, partsThatShow(definition, field)] as const);
  const everyPart = [
    ...Object.keys(definition.views).map((name) => `view/${name}`),
    ...Object.keys(definition.layouts).map((name) => `layout/${name}`),
    ...Object.keys(definition.documentViewers).map((name) => `documentViewer/${name}`),
  ];
  actions.set('see', [...everyPart.map(own), 'needs/VIEW']);
  for (const [field, parts] of all) {
    actions.set(`read/${field}`, [...parts.map(own), 'needs/VIEW']);
    const editing = Object.keys(definition.layouts).filter((name) => definition.layouts[name]!.edits.includes(field));
    const parents = definition.fields[field]!.readOnly === true ? [] : editing.map((name) => own(`layout/${name}`));
    actions.set(`edit/${field}`, [...parents, ...freezing(definition, field), 'needs/VIEW', 'needs/EDIT']);
  }
  const wholly = freezing(definition);
  const needs: Record<string, string[]> = {
    CREATE: ['needs/EDIT', 'needs/CREATE'],
    DELETE: ['needs/EDIT', 'needs/DELETE', ...wholly],
    MASS_DELETE: ['needs/EDIT', 'needs/DELETE', ...wholly],
    MASS_UPDATE: ['needs/EDIT', ...wholly],
  };
  for (const name of new Set([...COMMON, ...Object.keys(definition.abilities)]))
    actions.set(`ability/${name}`, [own(`ability/${name}`), 'needs/VIEW', ...(needs[name] ?? [])]);
  return actions;
}

/** W7: the freezes that a field is under, or the record as a whole. */
function freezing({ name, freezes = [] }: Definition, field?: string): string[] {
  return freezes.flatMap(({ fields }, index) =>
    fields === undefined || (field !== undefined && fields.includes(field)) ? [`${name}/freeze/${String(index)}`] : [],
  );
}

export function entityType(definition: { name: string }): string {
  return definition.name.charAt(0).toUpperCase() + definition.name.slice(1);
}

/** U9 for the hierarchy: the built-in groups that a role is in. */
export function builtinsOf(role: string | null): string[] {
  const everyone = role === 'ADMINISTRATOR' || role === 'INTERNAL' || role === 'EXTERNAL';
  const isIn: Record<(typeof BUILTIN)[number], boolean> = {
    EVERYONE: everyone,
    ADMINISTRATORS: role === 'ADMINISTRATOR',
    INTERNALS: role === 'ADMINISTRATOR' || role === 'INTERNAL',
    EXTERNALS: role === 'EXTERNAL',
    GUESTS: role === 'GUEST',
    ANONYMOUS: role === null,
  };
  return BUILTIN.filter((name) => isIn[name]);
}
