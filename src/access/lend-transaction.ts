import { type Connections, SpoiltConnection } from './connections.ts';
import { sqlState } from './refusals.ts';
import type { Row, Statement } from './unit.ts';

type Run = (statements: Statement[]) => Promise<Row[][]>;

const ROLLBACK: Statement = { text: 'rollback', values: [] };

/**
 * Lends a connection for one transaction. What our own code throws (a refusal, knowledge that is old) says nothing
 * against the connection: it is rolled back and kept, for a new one costs more than most operations. After an error of
 * a statement it is thrown away.
 */
export async function lendTransaction<T>(connections: Connections, work: (run: Run) => Promise<T>): Promise<T> {
  const outcome = await connections.lend(async (run) => {
    // What `work` left running when it threw must not reach the connection's next borrower.
    let isOver = false;
    const within: Run = (statements) =>
      isOver ? Promise.reject(new Error('The transaction has ended: nothing more runs in it.')) : run(statements);
    try {
      return { result: await work(within) };
    } catch (error) {
      if (sqlState(error) !== undefined || error instanceof SpoiltConnection) throw error;
      isOver = true;
      await run([ROLLBACK]).catch(() => {
        throw error;
      });
      return { error };
    } finally {
      isOver = true;
    }
  });
  if ('error' in outcome) throw outcome.error;
  return outcome.result;
}
