import type { ChangedTargets } from '../reader/statement.ts';

/** Targets of references that changed, which one field has and which stood alike before: what decides who may learn of it (V2). */
export type Targets = ChangedTargets;

/** Records that refer to them: the target of each, by the id of what refers to it. */
export interface References {
  readonly to: Targets;
  readonly targets: ReadonlyMap<string, string>;
}

/** What may be different. */
export interface News {
  /** Records or entries that changed themselves. */
  readonly ids: Iterable<string>;
  readonly references: readonly References[];
}

/** What may be different and wasn't looked at yet. */
export interface Pending {
  readonly size: number;
  /** Whether it changed itself. */
  has(id: string): boolean;
  add(news: News): void;
  /** All of it, which is not pending from then on. */
  take(): News;
  /** What of it is about these records. */
  about(counts: (id: string) => boolean): News;
}

export function newsOf(
  ids: readonly string[],
  through: (Targets & { readonly targets: readonly string[] }) | null = null,
): News {
  if (through === null) return { ids, references: [] };
  const { targets, ...to } = through;
  return { ids: [], references: [{ to, targets: new Map(ids.map((id, index) => [id, targets[index]!])) }] };
}

export function createPending(): Pending {
  const ids = new Set<string>();
  /** A popular target that changes again and again counts once. */
  const references = new Map<string, { to: Targets; targets: Map<string, string> }>();
  const all = (): News => ({ ids: [...ids], references: [...references.values()] });

  return {
    get size() {
      return ids.size + references.size;
    },
    has: (id) => ids.has(id),
    add(news) {
      for (const id of news.ids) ids.add(id);
      for (const { to, targets } of news.references) {
        const key = JSON.stringify([to.field, to.right, to.realm, to.exposing]);
        let known = references.get(key);
        if (known === undefined) references.set(key, (known = { to, targets: new Map() }));
        for (const [id, target] of targets) known.targets.set(id, target);
      }
    },
    take() {
      const taken = all();
      ids.clear();
      references.clear();
      return taken;
    },
    about(counts) {
      const news = all();
      return {
        ids: [...news.ids].filter(counts),
        references: news.references
          .map(({ to, targets }) => ({ to, targets: new Map([...targets].filter(([id]) => counts(id))) }))
          .filter(({ targets }) => targets.size > 0),
      };
    },
  };
}
