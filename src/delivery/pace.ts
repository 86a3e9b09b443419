/** When the next round begins. */
export interface Pace {
  /** Lets it begin as soon as it may. */
  wake(): void;
  /** Resolves when it is time, counted from the beginning of the last one. */
  sleep(began: number): Promise<void>;
}

/** Milliseconds from one round to the next at least, so that many who change something at once are one round's work. */
const GATHERING = 25;

/** `interval`: milliseconds from one round to the next at most. While nobody is there to be told, it waits to be woken. */
export function createPace(interval: number, isAnybodyThere: () => boolean): Pace {
  let isAwake = false;
  let rouse: () => void = () => undefined;

  return {
    wake() {
      isAwake = true;
      rouse();
    },
    async sleep(began) {
      // The first of many waits for nobody.
      const left = began + Math.min(interval / 4, GATHERING) - performance.now();
      if (left > 0) await new Promise((resolve) => setTimeout(resolve, left));
      if (!isAwake) {
        await new Promise<void>((resolve) => {
          const timer = isAnybodyThere() ? setTimeout(resolve, interval) : undefined;
          rouse = () => {
            clearTimeout(timer);
            resolve();
          };
        });
      }
      isAwake = false;
    },
  };
}
