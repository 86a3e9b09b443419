import { ValueError } from '../compiler/value-error.ts';
import { cellReader } from './cells.ts';
import type { CsvSource, SourceRow } from './csv-source.ts';
import { REASON_COLUMN, type MappedColumns, type Mapping } from './mapping.ts';
import type { ChooseClient } from './place.ts';
import type { StagedRow } from './staging.ts';

export interface StagedCounts {
  rows: number;
  /** The clients that the rows are for. */
  clients: Set<string | null>;
}

/** Turns rows of the file into rows of the staging table; `counts` grows meanwhile. A row with problems goes along with them. */
export async function* stageRows(
  source: CsvSource,
  { columns, client }: MappedColumns,
  mapping: Mapping,
  chooseClient: ChooseClient,
  counts: StagedCounts,
  onRow: (rows: number) => void,
): AsyncGenerator<StagedRow> {
  const readers = columns.map((column) => ({ ...column, read: cellReader(column, mapping) }));
  const width = source.headers.length;

  function stage(row: SourceRow): StagedRow {
    const { number, cells } = row;
    const raw = withoutReason(source, row);
    if (cells.length !== width) {
      const problem = `has ${cells.length} cells where the header has ${width}`;
      return { number, raw, problem, values: [null, ...readers.map(() => null)] };
    }
    const problems: string[] = [];
    const values = readers.map(({ index, header, read }) => {
      try {
        return read(cells[index] ?? '');
      } catch (error) {
        if (!(error instanceof ValueError)) throw error;
        problems.push(`${header} ${error.message}`);
        return null;
      }
    });
    const choice = chooseClient(client === null ? null : (cells[client] ?? ''));
    if ('problem' in choice) problems.push(choice.problem);
    const chosen = 'client' in choice ? choice.client : null;
    if (problems.length > 0)
      return { number, raw, problem: problems.join('; '), values: [null, ...values.map(() => null)] };
    counts.clients.add(chosen);
    return { number, raw, problem: null, values: [chosen, ...values] };
  }

  for await (const row of source.rows) {
    counts.rows = row.number;
    onRow(row.number);
    yield stage(row);
  }
}

/** A row of a file of rejected rows without the reason of the last time. */
function withoutReason({ headers, delimiter }: CsvSource, { cells, raw }: SourceRow): string {
  if (headers.at(-1) !== REASON_COLUMN || cells.length !== headers.length) return raw;
  const needsQuotes = (cell: string) => ['"', '\n', '\r', delimiter].some((character) => cell.includes(character));
  return cells
    .slice(0, -1)
    .map((cell) => (needsQuotes(cell) ? `"${cell.replaceAll('"', '""')}"` : cell))
    .join(delimiter);
}
