import type { Follower } from '../../delivery/delivery.ts';

/** A follower of something else made of each item, and of each failure. */
class Mapped<From, To> implements Follower<To> {
  readonly follower: Follower<From>;
  readonly make: (item: From) => To;
  readonly fail: (error: unknown) => never;

  constructor(follower: Follower<From>, make: (item: From) => To, fail: (error: unknown) => never) {
    this.follower = follower;
    this.make = make;
    this.fail = fail;
  }

  // Not async, and a generator that waits doesn't hear of `return`: this is done for each of thousands at a time.
  next(): Promise<IteratorResult<To, undefined>> {
    return this.follower
      .next()
      .then((next) => (next.done === true ? next : { done: false, value: this.make(next.value) }), this.fail);
  }

  async return(): Promise<IteratorResult<To, undefined>> {
    await this.follower.return();
    return { done: true, value: undefined };
  }

  handTo(take: (item: To) => boolean): void {
    this.follower.handTo((item) => take(this.make(item)));
  }

  [Symbol.asyncIterator](): this {
    return this;
  }
}

/** What the follower gives, made into something else; of what is made already, in the same step. */
export function mapped<From, To>(
  follower: Follower<From>,
  make: (item: From) => To,
  fail: (error: unknown) => never = rethrow,
): Follower<To> {
  if (!(follower instanceof Mapped) || follower.fail !== rethrow) return new Mapped(follower, make, fail);
  const before = follower as Mapped<unknown, From>;
  return new Mapped(before.follower, (item) => make(before.make(item)), fail);
}

function rethrow(error: unknown): never {
  throw error;
}
