import { z } from 'zod';
import { PERMISSIONS, type Decision, type Permission } from '../permissions.ts';
import type { Fact, FactKind } from './fact.ts';
import { isRecordName } from './names.ts';
import { keysOf, principalsOf, principalsShape } from './principals.ts';

const permissions = z.array(z.enum(PERMISSIONS)).default([]);

/** What an object says of one user or group. */
const entryShape = z
  .strictObject({ group: z.string().optional(), user: z.string().optional(), allow: permissions, deny: permissions })
  .refine(({ group, user }) => (group === undefined) !== (user === undefined), 'must name either a group or a user')
  .refine(({ allow, deny }) => !allow.some((each) => deny.includes(each)), 'allows and denies the same permission');

/** Who may use a function, and who may not (P10). */
const functionShape = z
  .strictObject({ allow: principalsShape.prefault({}), deny: principalsShape.prefault({}) })
  .refine(
    ({ allow, deny }) => !keysOf(allow).some((key) => keysOf(deny).some((other) => other.join() === key.join())),
    'allows and denies the same group or user',
  );

const objectShape = z.strictObject({
  /** P5: false where inheritance is broken. */
  inherits: z.boolean().default(true),
  entries: z.array(entryShape).default([]),
});

/** By name, of which each object has one: another spelling would be another fact about it. */
const objectsShape = z.record(z.string(), objectShape).superRefine((objects, context) => {
  for (const name of Object.keys(objects)) {
    if (/^(\/|(\/[^/]+)+)$/.test(name) || isRecordName(name)) continue;
    const message = 'must be "/", a path such as "/Leases/2024", or a record such as "document:<id>"';
    context.addIssue({ code: 'custom', path: [name], message });
  }
});

const archiveShape = z.strictObject({
  /** C1: whether clients are on. */
  clientsEnabled: z.boolean().default(false),
  /** Who works for which client here (C4). */
  clients: z.record(z.string(), principalsShape).default({}),
  /** By path: `/` is the root, `/Leases/2024` a folder; `definition:id` is a record. */
  permissions: objectsShape.default({}),
});

const names = z.array(z.string()).default([]);
const contentShape = z.strictObject({
  views: names,
  layouts: names,
  documentViewers: names,
  abilities: names,
  restriction: z.record(z.string(), z.unknown()).nullable().default(null),
});

const planeShape = z.strictObject({
  /** Shows everything, and grows with the definitions; then nothing else says what it shows. */
  full: z.boolean().default(false),
  definitions: z.record(z.string(), contentShape).default({}),
  groups: names,
});

/** `workspaces/<name>.yaml`. */
export const workspaceShape = z.strictObject({
  workspace: z.string(),
  company: z.string(),
  /** By the names of functions. */
  functions: z.record(z.string(), functionShape).default({}),
  clients: names,
  archives: z.record(z.string(), archiveShape).default({}),
  planes: z.record(z.string(), planeShape).default({}),
});

export type WorkspaceFile = z.output<typeof workspaceShape>;
type ObjectFile = z.output<typeof objectShape>;

export function factsOfWorkspace(file: WorkspaceFile): Fact[] {
  const { workspace, company, functions, clients, archives, planes } = file;
  const fact = (kind: FactKind, key: string[], value: Fact['value'] = true): Fact => ({
    kind,
    key: kind === 'workspace' ? key : [workspace, ...key],
    value,
  });
  return [
    fact('workspace', [workspace], { company }),
    ...Object.entries(functions).flatMap(([name, { allow, deny }]) => [
      ...keysOf(allow).map((principal) => fact('function', [name, ...principal], 'ALLOW')),
      ...keysOf(deny).map((principal) => fact('function', [name, ...principal], 'DENY')),
    ]),
    ...clients.map((name) => fact('client', [name])),
    ...Object.entries(archives).flatMap(([name, archive]) => [
      fact('archive', [name]),
      ...Object.entries(archive.clients).flatMap(([client, principals]) =>
        keysOf(principals).map((principal) => fact('assignment', [name, client, ...principal])),
      ),
      ...(archive.clientsEnabled ? [fact('clients', [name])] : []),
      ...Object.entries(archive.permissions).flatMap(([object, said]) => [
        ...(said.inherits ? [] : [fact('break', [name, object])]),
        ...entriesOf(said).map(([principal, permission, decision]) =>
          fact('entry', [name, object, ...principal, permission], decision),
        ),
      ]),
    ]),
    ...Object.entries(planes).flatMap(([name, { full, definitions, groups }]) => [
      fact('plane', [name], full ? { full } : { definitions }),
      ...groups.map((group) => fact('planeGroup', [name, group])),
    ]),
  ];
}

function entriesOf({ entries }: ObjectFile): [principal: [string, string], Permission, Decision][] {
  return entries.flatMap(({ group, user, allow, deny }) => {
    const principal: [string, string] = group === undefined ? ['user', user!] : ['group', group];
    return [
      ...allow.map((permission): [[string, string], Permission, Decision] => [principal, permission, 'ALLOW']),
      ...deny.map((permission): [[string, string], Permission, Decision] => [principal, permission, 'DENY']),
    ];
  });
}

/** What a person would write of the workspace: nothing that goes without saying. */
export function workspaceFile(workspace: string, facts: readonly Fact[]): unknown {
  const of = (kind: FactKind, ...start: string[]): Fact[] =>
    facts.filter(
      ({ kind: each, key }) => each === kind && [workspace, ...start].every((part, index) => key[index] === part),
    );
  const ends = (found: readonly Fact[], from: number): string[][] => found.map(({ key }) => key.slice(from));
  const [itself] = of('workspace');
  return {
    workspace,
    ...(itself!.value as object),
    ...filled('functions', functionsOf(of('function'))),
    ...filled('clients', ends(of('client'), 1).flat()),
    archives: Object.fromEntries(
      of('archive').map(({ key: [, name] }) => [
        name,
        {
          ...(of('clients', name!).length > 0 && { clientsEnabled: true }),
          ...filled('clients', grouped(ends(of('assignment', name!), 2), principalsOf)),
          permissions: permissionsOf(of('break', name!), of('entry', name!)),
        },
      ]),
    ),
    planes: Object.fromEntries(
      of('plane').map(({ key: [, name], value }) => [
        name,
        { ...shown(value), ...filled('groups', ends(of('planeGroup', name!), 2).flat()) },
      ]),
    ),
  };
}

function functionsOf(entries: readonly Fact[]): object {
  const decided = (said: readonly Fact[], decision: Decision): object =>
    principalsOf(said.filter(({ value }) => value === decision).map(({ key }) => key.slice(2)));
  return Object.fromEntries(
    [...Map.groupBy(entries, ({ key }) => key[1]!)].map(([name, said]) => [
      name,
      { ...filled('allow', decided(said, 'ALLOW')), ...filled('deny', decided(said, 'DENY')) },
    ]),
  );
}

/** What a plane shows, without what isn't enabled. */
function shown(plane: Fact['value']): object {
  const { definitions, ...rest } = plane as { definitions?: Record<string, object> };
  if (definitions === undefined) return rest;
  const enabled = Object.entries(definitions).map(([name, content]): [string, object] => [
    name,
    Object.fromEntries(
      Object.entries(content).filter(([, each]) => !(Array.isArray(each) ? each.length === 0 : each === null)),
    ),
  ]);
  return { definitions: Object.fromEntries(enabled) };
}

function permissionsOf(breaks: readonly Fact[], entries: readonly Fact[]): object {
  const objects = [...new Set([...breaks, ...entries].map(({ key }) => key[2]!))].sort();
  return Object.fromEntries(
    objects.map((object) => {
      const own = entries.filter(({ key }) => key[2] === object);
      const byPrincipal = Map.groupBy(own, ({ key }) => `${key[3]} ${key[4]}`);
      return [
        object,
        {
          ...(breaks.some(({ key }) => key[2] === object) && { inherits: false }),
          entries: [...byPrincipal.values()].map((said) => {
            const [, , , kind, name] = said[0]!.key;
            const decided = (decision: Decision): string[] =>
              PERMISSIONS.filter((permission) =>
                said.some(({ key, value }) => key[5] === permission && value === decision),
              );
            return {
              [kind!]: name,
              ...filled('allow', decided('ALLOW')),
              ...filled('deny', decided('DENY')),
            };
          }),
        },
      ];
    }),
  );
}

/** By their first part, what `end` makes of the rest. */
function grouped<T>(keys: readonly string[][], end: (rest: string[][]) => T): Record<string, T> {
  return Object.fromEntries(
    [...Map.groupBy(keys, ([first]) => first!)].map(([first, all]) => [first, end(all.map((key) => key.slice(1)))]),
  );
}

function filled<T extends object>(name: string, value: T): Record<string, T> {
  return Object.keys(value).length > 0 ? { [name]: value } : {};
}
