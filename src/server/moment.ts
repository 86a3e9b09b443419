let waiting: (() => void)[] = [];

/** Does `work` when everything that happens in this moment has happened. */
export function whenThisMomentIsOver(work: () => void): void {
  if (waiting.length === 0) setImmediate(doAll);
  waiting.push(work);
}

function doAll(): void {
  const all = waiting;
  waiting = [];
  for (const work of all) work();
}
