import { z } from 'zod';
import { ROLES } from '../users.ts';
import type { Fact, FactKind } from './fact.ts';
import { principalsOf } from './principals.ts';
import { factsOfRights, rightsPart, rightsShape } from './rights-file.ts';

const lowerCase = z.string().transform((text) => text.toLowerCase());

/** A moment as the state says it: in UTC, to the second. A block that is over is none. */
function momentOf(written: string): string | null {
  const moment = new Date(written);
  return moment.getTime() > Date.now() ? `${moment.toISOString().slice(0, 19)}Z` : null;
}

const userShape = z.strictObject({
  role: z.enum(ROLES),
  displayName: z.string().default(''),
  email: lowerCase.nullable().default(null),
  workflowAccess: z.boolean().default(false),
  /** U11: an account for programs. Its keys are secrets, and no part of the state. */
  service: z.boolean().default(false),
  /** `true` for good, or the moment (ISO 8601) until which. */
  blocked: z
    .union([z.literal(true), z.iso.datetime({ offset: true }).transform(momentOf)])
    .nullable()
    .default(null),
});

const groupShape = z.strictObject({
  colour: lowerCase.default('#808080'),
  users: z.array(z.string()).default([]),
  /** Subgroups. */
  groups: z.array(z.string()).default([]),
});

/** `account.yaml`: what belongs to no workspace. */
export const accountShape = z.strictObject({
  companies: z.array(z.string()).default([]),
  users: z.record(z.string(), userShape).default({}),
  groups: z.record(z.string(), groupShape).default({}),
  ...rightsShape,
});

export type AccountFile = z.output<typeof accountShape>;

export function factsOfAccount({ companies, users, groups, ...rights }: AccountFile): Fact[] {
  const fact = (kind: FactKind, key: string[], value: Fact['value'] = true): Fact => ({ kind, key, value });
  return [
    ...companies.map((name) => fact('company', [name])),
    ...Object.entries(users).map(([name, user]) => fact('user', [name], user)),
    ...Object.entries(groups).map(([name, { colour }]) => fact('group', [name], { colour })),
    ...Object.entries(groups).flatMap(([name, group]) => group.users.map((user) => fact('member', [name, user]))),
    ...Object.entries(groups).flatMap(([name, group]) => group.groups.map((child) => fact('subgroup', [name, child]))),
    ...factsOfRights(rights),
  ];
}

/** What a person would write: nothing that goes without saying. */
export function accountFile(facts: readonly Fact[]): unknown {
  const of = (kind: FactKind): Fact[] => facts.filter((fact) => fact.kind === kind);
  const inside = (kind: FactKind, group: string): string[] =>
    of(kind)
      .filter(({ key }) => key[0] === group)
      .map(({ key }) => key[1]!);
  return {
    companies: of('company').map(({ key }) => key[0]),
    users: Object.fromEntries(of('user').map(({ key, value }) => [key[0], withoutDefaults(value)])),
    groups: Object.fromEntries(
      of('group').map(({ key, value }) => [
        key[0],
        {
          ...(value as object),
          ...principalsOf([
            ...inside('member', key[0]!).map((name) => ['user', name]),
            ...inside('subgroup', key[0]!).map((name) => ['group', name]),
          ]),
        },
      ]),
    ),
    ...rightsPart(facts),
  };
}

function withoutDefaults(user: Fact['value']): object {
  return Object.fromEntries(
    Object.entries(user).filter(([, value]) => value !== null && value !== false && value !== ''),
  );
}
