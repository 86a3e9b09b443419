import type { Writable } from 'node:stream';

/** What holds back what it was given, until this moment is over. */
const gathering = new Set<Writable>();

/** Lets what is written in the same moment leave in one write, which is the dearest part of telling it. */
export function gather(stream: Writable): void {
  if (gathering.has(stream)) return;
  if (gathering.size === 0) setImmediate(letGo);
  gathering.add(stream);
  stream.cork();
}

function letGo(): void {
  const streams = [...gathering];
  gathering.clear();
  for (const stream of streams) stream.uncork();
}
