import type { Knowledge } from '../access/knowledge.ts';
import { newRootPlace } from './joins.ts';
import { readLinked } from './read-linked.ts';
import type { RecordNode } from './record-node.ts';
import type { Reading } from './reading.ts';
import type { Selection } from './selection.ts';
import { isBlind, sightOf } from './sight.ts';
import { recordsStatement } from './statement.ts';

/** Records of one workspace and definition, by uuid. */
export interface RecordsRequest {
  workspace: number;
  ids: readonly string[];
  selection: Selection;
}

/** Reads records by id: per request the visible ones by their uuid. A hidden one is missing like one that doesn't exist (V2). */
export function* readRecords(
  requests: readonly RecordsRequest[],
  knowledge: readonly Knowledge[],
): Reading<Map<string, RecordNode>[]> {
  const found = requests.map(() => new Map<string, RecordNode>());
  const steps = requests.flatMap(({ workspace, ids, selection }, index) => {
    const known = knowledge.find((each) => each.workspace === workspace);
    if (known === undefined || ids.length === 0) return [];
    const sight = sightOf(known, selection.definition);
    if (isBlind(sight)) return [];
    const place = newRootPlace(sight, selection, known);
    return [{ index, place, statement: recordsStatement(sight, selection, ids, place.joins) }];
  });
  if (steps.length === 0) return found;
  const results = yield steps.map(({ statement }) => statement);
  for (const [step, { index, place }] of steps.entries()) {
    for (const row of results[step]!) found[index]!.set(row.id as string, { row, place });
  }
  yield* readLinked(
    found.flatMap((records) => [...records.values()]),
    knowledge,
  );
  return found;
}
