import type { SqlFile } from './migration-files.ts';
import type { Queryable } from './queryable.ts';

/** Runs a file, and says in which one and where an error is. */
export async function run(session: Queryable, file: SqlFile): Promise<void> {
  try {
    await session.query(file.text);
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    const position = Number((error as { position?: string }).position);
    const line = Number.isNaN(position) ? '' : `:${file.text.slice(0, position).split('\n').length}`;
    error.message = `${file.name}${line}: ${error.message}`;
    throw error;
  }
}
