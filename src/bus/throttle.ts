/** Does some work when asked to, but not too often. */
export interface Throttled {
  /** At once if it wasn't done lately; else soon, and once for all who ask until then. */
  ask(): void;
  stop(): void;
}

/** `pause`: the least number of milliseconds between two times. */
export function throttled(work: () => void, pause: number): Throttled {
  let timer: NodeJS.Timeout | null = null;
  let isAsked = false;

  function run(): void {
    isAsked = false;
    timer = setTimeout(() => {
      timer = null;
      if (isAsked) run();
    }, pause);
    work();
  }

  return {
    ask() {
      if (timer === null) run();
      else isAsked = true;
    },
    stop() {
      isAsked = false;
      if (timer !== null) clearTimeout(timer);
      timer = null;
    },
  };
}
