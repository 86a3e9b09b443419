import type { Follower } from '../../delivery/delivery.ts';

/** A follower of something else made of each item. Written out: a generator that waits doesn't hear of `return`. */
export function mapped<From, To>(follower: Follower<From>, make: (item: From) => To): Follower<To> {
  return {
    // Not async: this is done for each of thousands of followers at a time.
    next: () =>
      follower
        .next()
        .then((next): IteratorResult<To, undefined> =>
          next.done === true ? next : { done: false, value: make(next.value) },
        ),
    async return() {
      await follower.return();
      return { done: true, value: undefined };
    },
    [Symbol.asyncIterator]() {
      return this;
    },
  };
}
