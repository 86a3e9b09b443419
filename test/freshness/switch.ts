/** A permission that is turned on and off, and when: by one counter for a whole test. */
export interface Switch {
  /** Changes it, and resolves when that is committed. One change at a time. */
  turn(on: boolean): Promise<void>;
  readonly isOn: boolean;
  /** Whether an operation that ran between two moments may have found it so: before it, after no later change was committed. */
  couldBe(on: boolean, began: number, ended: number): boolean;
}

interface State {
  on: boolean;
  /** When the change to it was sent. */
  from: number;
  /** When the next change was known to be committed. */
  until: number;
}

/** The moments of a test, in order. */
export type Counter = () => number;

export function createCounter(): Counter {
  let count = 0;
  return () => ++count;
}

export function createSwitch(now: Counter, on: boolean, apply: (on: boolean) => Promise<unknown>): Switch {
  const states: State[] = [{ on, from: 0, until: Infinity }];
  return {
    get isOn() {
      return states.at(-1)!.on;
    },
    async turn(next) {
      const last = states.at(-1)!;
      states.push({ on: next, from: now(), until: Infinity });
      await apply(next);
      last.until = now();
    },
    couldBe(wanted, began, ended) {
      for (let index = states.length - 1; index >= 0; index--) {
        const state = states[index]!;
        if (state.until <= began) return false;
        if (state.on === wanted && state.from < ended) return true;
      }
      return false;
    },
  };
}
