/** Numbers that look random and are the same each time. */
export interface Random {
  /** 0 ≤ x < 1. */
  next(): number;
  /** A whole number, 0 ≤ x < `limit`. */
  below(limit: number): number;
  /** True in this share of cases. */
  chance(share: number): boolean;
  pick<T>(from: readonly T[]): T;
  /** An id whose order is that of the moments (uuidv7), as the database's own ids have it. */
  id(at: Date): string;
}

/** A small generator (mulberry32) with a fixed start. */
export function seeded(seed: number): Random {
  let state = seed;
  const next = () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
  const below = (limit: number) => Math.floor(next() * limit);
  const hex = (value: number, digits: number) => value.toString(16).padStart(digits, '0');
  return {
    next,
    below,
    chance: (share) => next() < share,
    pick: (from) => {
      const picked = from[below(from.length)];
      if (picked === undefined) throw new Error('nothing to pick from');
      return picked;
    },
    id: (at) => {
      const time = hex(at.getTime(), 12);
      const tail = hex(below(2 ** 24), 6) + hex(below(2 ** 24), 6);
      return `${time.slice(0, 8)}-${time.slice(8)}-7${hex(below(0x1000), 3)}-${hex(0x8000 + below(0x4000), 4)}-${tail}`;
    },
  };
}
