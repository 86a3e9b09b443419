/** What the benchmark and the processes of its subscribers tell each other. */
export type Order =
  | { do: 'connect'; url: string; secret: string; people: Person[]; query: string }
  /** Subscribes to one more thing on each connection. */
  | { do: 'subscribe'; query: string }
  | { do: 'count' }
  | { do: 'judge'; expected: Expected[] }
  | { do: 'forget' };

export type Answer = { done: true } | { arrived: number } | { failure: string } | Judgement;

export interface Person {
  id: string;
  /** Who hears the same. */
  hears: string;
}

/** Something that each of those who hear the same has to be told exactly once. */
export interface Expected {
  hears: string;
  /** `KIND id`, or another text that the message holds. */
  key: string;
  /** Milliseconds by the machine's one clock. */
  committed: number;
}

export interface Judgement {
  /** Milliseconds, one for each arrival. */
  latencies: Float64Array;
  lost: number;
  doubled: number;
  /** What nobody expected. */
  strange: number;
}

/** Milliseconds by a clock that all processes of the machine share. */
export const clock = (): number => Number(process.hrtime.bigint()) / 1e6;
