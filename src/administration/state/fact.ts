/**
 * One thing that the permission state says: a user, a membership, an entry, … A fact is known by its kind and key; two
 * states differ in the facts that only one of them has, and in values.
 */
export interface Fact {
  kind: FactKind;
  /** Names, from the outermost inwards, as people write them: workspace, archive, … */
  key: readonly string[];
  /** What is said besides that it is there; `true` where that is all. */
  value: FactValue;
}

export type FactValue = true | string | Readonly<Record<string, unknown>>;

/** In the order in which they are made: each may name those before it. */
export const FACT_KINDS = [
  'company',
  'user',
  'group',
  'member',
  'subgroup',
  'profile',
  'rightsRole',
  'bundledProfile',
  'right',
  'workspace',
  'function',
  'client',
  'archive',
  'assignment',
  'clients',
  'plane',
  'planeGroup',
  'break',
  'entry',
] as const;
export type FactKind = (typeof FACT_KINDS)[number];

/** What holds data of people or records, or has a history: it is never removed because a file doesn't name it. */
export const KEPT_KINDS: ReadonlySet<FactKind> = new Set(['company', 'user', 'workspace', 'client', 'archive']);

export interface Change {
  kind: FactKind;
  key: readonly string[];
  /** Null: it isn't there yet. */
  before: FactValue | null;
  /** Null: it is to go. */
  after: FactValue | null;
}

/** What would make the state `now` into `wanted`, in the order in which that works: new things first, the outermost first. */
export function differences(now: readonly Fact[], wanted: readonly Fact[]): Change[] {
  const [present, future] = [byKey(now), byKey(wanted)];
  const made = inOrder(wanted).flatMap((fact): Change[] => {
    const before = present.get(keyOf(fact))?.value ?? null;
    return before !== null && same(before, fact.value) ? [] : [{ ...named(fact), before, after: fact.value }];
  });
  const gone = inOrder(now)
    .reverse()
    .flatMap((fact): Change[] =>
      future.has(keyOf(fact)) ? [] : [{ ...named(fact), before: fact.value, after: null }],
    );
  return [...made, ...gone];
}

/** Whether the change would remove what is never removed. */
export function isKept({ kind, after }: Change): boolean {
  return after === null && KEPT_KINDS.has(kind);
}

function named({ kind, key }: Fact): Pick<Change, 'kind' | 'key'> {
  return { kind, key };
}

function keyOf({ kind, key }: Fact): string {
  return JSON.stringify([kind, ...key]);
}

function byKey(facts: readonly Fact[]): Map<string, Fact> {
  return new Map(facts.map((fact) => [keyOf(fact), fact]));
}

function inOrder(facts: readonly Fact[]): Fact[] {
  const place = (fact: Fact): number => FACT_KINDS.indexOf(fact.kind);
  return [...facts].sort((a, b) => place(a) - place(b));
}

/** Equal JSON, whatever the order of its keys. */
function same(a: unknown, b: unknown): boolean {
  return JSON.stringify(sorted(a)) === JSON.stringify(sorted(b));
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, each]) => [key, sorted(each)]),
  );
}
