import { z } from 'zod';
import type { Fact, FactKind } from './fact.ts';

const levelShape = z.enum(['DISPLAY', 'EDIT']);

const profileShape = z.strictObject({
  application: z.string(),
  /** By the names of rights; those that aren't named are NONE. */
  rights: z.record(z.string(), levelShape).default({}),
});

const givenShape = z.strictObject({
  profiles: z.array(z.string()).default([]),
  rightsRoles: z.array(z.string()).default([]),
});

/** The parts of `account.yaml` that are about rights (R2–R4). */
export const rightsShape = {
  profiles: z.record(z.string(), profileShape).default({}),
  /** Profiles by rights role. */
  rightsRoles: z.record(z.string(), z.array(z.string())).default({}),
  /** What users have, by company. */
  rights: z.record(z.string(), z.record(z.string(), givenShape)).default({}),
};

type RightsPart = z.output<z.ZodObject<typeof rightsShape>>;

export function factsOfRights({ profiles, rightsRoles, rights }: RightsPart): Fact[] {
  const fact = (kind: FactKind, key: string[], value: Fact['value'] = true): Fact => ({ kind, key, value });
  return [
    ...Object.entries(profiles).map(([name, profile]) => fact('profile', [name], profile)),
    ...Object.keys(rightsRoles).map((name) => fact('rightsRole', [name])),
    ...Object.entries(rightsRoles).flatMap(([role, names]) =>
      names.map((name) => fact('bundledProfile', [role, name])),
    ),
    ...Object.entries(rights).flatMap(([company, users]) =>
      Object.entries(users).flatMap(([user, given]) => [
        ...given.profiles.map((name) => fact('right', [company, user, 'profile', name])),
        ...given.rightsRoles.map((name) => fact('right', [company, user, 'rights role', name])),
      ]),
    ),
  ];
}

/** The same as a person would write it; nothing where there are no profiles. */
export function rightsPart(facts: readonly Fact[]): object {
  const of = (kind: FactKind): Fact[] => facts.filter((fact) => fact.kind === kind);
  const grouped = (list: readonly Fact[], place: number): [string, Fact[]][] => [
    ...Map.groupBy(list, ({ key }) => key[place]!),
  ];
  const names = (list: readonly Fact[], kind: string): string[] =>
    list.filter(({ key }) => key[2] === kind).map(({ key }) => key[3]!);
  const given = (list: readonly Fact[]) => {
    const [profiles, rightsRoles] = [names(list, 'profile'), names(list, 'rights role')];
    return { ...(profiles.length > 0 && { profiles }), ...(rightsRoles.length > 0 && { rightsRoles }) };
  };
  const bundled = of('bundledProfile');
  if (of('profile').length + of('rightsRole').length === 0) return {};
  return {
    profiles: Object.fromEntries(of('profile').map(({ key, value }) => [key[0], value])),
    rightsRoles: Object.fromEntries(
      of('rightsRole').map(({ key: [role] }) => [
        role,
        bundled.filter(({ key }) => key[0] === role).map(({ key }) => key[1]),
      ]),
    ),
    rights: Object.fromEntries(
      grouped(of('right'), 0).map(([company, list]) => [
        company,
        Object.fromEntries(grouped(list, 1).map(([user, own]) => [user, given(own)])),
      ]),
    ),
  };
}
