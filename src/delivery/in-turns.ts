import { setImmediate as othersTurn } from 'node:timers/promises';
import { sqlState } from '../access/refusals.ts';

/** Milliseconds that work without a pause may hold up everything else. */
const STRETCH = 2;

/** Works on all of them, so many at a time. */
export async function inTurns<T>(items: readonly T[], width: number, work: (item: T) => Promise<void>): Promise<void> {
  const left = items.values();
  const worker = async () => {
    for (const item of left) await work(item);
  };
  await Promise.all(Array.from({ length: Math.min(width, items.length) }, worker));
}

/** Works on one after the other; first, and every few milliseconds, the rest of the process has its turn. */
export async function inStretches<T>(items: Iterable<T>, work: (item: T) => void): Promise<void> {
  let end = 0;
  for (const item of items) {
    if (performance.now() >= end) {
      await othersTurn();
      end = performance.now() + STRETCH;
    }
    work(item);
  }
}

/** Before the same is tried again. */
export function pauseBriefly(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 50));
}

/** Whether an error says no more than that the server or the connection to it is in trouble, which passes: not that a statement takes too long. */
export function isPassing(error: unknown): boolean {
  const { code = '', message } = error as { code?: string; message: string };
  if (sqlState(error) !== undefined) return code !== '57014' && /^(08|53|57|58|25P)/.test(code);
  return /^E[A-Z]+$/.test(code) || /connection|terminated|timeout exceeded/i.test(message);
}
