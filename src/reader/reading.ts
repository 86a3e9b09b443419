import type { Knowledge } from '../access/knowledge.ts';
import type { Row, Statement } from '../access/unit.ts';

/**
 * A read in steps: it yields the statements of a step, gets the rows of each, and returns its result. It knows nothing of connections, so that
 * several readings can share every round trip and one snapshot (V5).
 */
export type Reading<T> = Generator<Statement[], T, Row[][]>;

/** Starts a reading with what is known about the viewer in the workspaces of its scope. */
export type StartReading<T> = (knowledge: Knowledge[]) => Reading<T>;

export type Run = (statements: Statement[]) => Promise<Row[][]>;

interface Pending {
  index: number;
  reading: Reading<unknown>;
  statements: Statement[];
}

/** Several readings side by side: one flush per step, whatever their number. */
export class Steps {
  readonly results: unknown[] = [];
  private pending: Pending[] = [];

  constructor(readings: readonly Reading<unknown>[]) {
    for (const [index, reading] of readings.entries()) this.advance(index, reading, null);
  }

  get done(): boolean {
    return this.pending.length === 0;
  }

  /** The statements of this step, of all readings. */
  get statements(): Statement[] {
    return this.pending.flatMap(({ statements }) => statements);
  }

  /** Hands the rows of the step's statements out, and so comes to the next step. */
  feed(results: readonly Row[][]): void {
    let from = 0;
    const waiting = this.pending;
    this.pending = [];
    for (const { index, reading, statements } of waiting) {
      this.advance(index, reading, results.slice(from, from + statements.length));
      from += statements.length;
    }
  }

  private advance(index: number, reading: Reading<unknown>, rows: Row[][] | null): void {
    const step = rows === null ? reading.next() : reading.next(rows);
    if (step.done) this.results[index] = step.value;
    else this.pending.push({ index, reading, statements: step.value });
  }
}

/** Runs readings to their ends, side by side. */
export async function runAll(readings: readonly Reading<unknown>[], run: Run): Promise<unknown[]> {
  const steps = new Steps(readings);
  while (!steps.done) steps.feed(await run(steps.statements));
  return steps.results;
}
