import { Refusal } from '../../access/refusals.ts';
import type { ObjectDefinition } from '../../compiler/definition.ts';
import { readPage } from '../../reader/read-page.ts';
import type { Reading } from '../../reader/reading.ts';
import { stepsOf } from '../../reader/selection.ts';
import { noSuchQuery } from '../../saved-queries/change.ts';
import { savedQueryById, savedQueryOf } from '../../saved-queries/saved-query.ts';
import type { Context } from '../context.ts';
import type { Arguments, PreparedRead } from '../describe.ts';
import { decodeUuid } from '../global-id.ts';
import type { RecordPage } from './connection-type.ts';
import { prepareList, scopeOf, type ListArguments, type ListWants } from './list-arguments.ts';
import type { RecordEnums } from './record-enums.ts';

/**
 * Reads a list by a saved query (V7), which is looked up on the list's own snapshot: who may not see the query any more
 * doesn't run it any more. What it refuses comes back as its result, since others read beside it.
 */
export function readSavedList(
  definition: ObjectDefinition,
  enums: RecordEnums,
  args: Arguments & ListArguments,
  wants: ListWants,
  context: Context,
): PreparedRead {
  const id = decodeUuid(args.savedQuery as string, 'SavedQuery');

  function* reading(knowledge: Parameters<typeof readPage>[1]): Reading<RecordPage | Refusal> {
    const [rows = []] = id === null ? [] : yield [savedQueryById(id, definition.name)];
    try {
      const [row] = rows;
      if (row === undefined) return noSuchQuery('savedQuery');
      const list = prepareList(definition, enums, args, wants, context, { saved: savedQueryOf(row) });
      return { page: yield* readPage(list.request, knowledge), list, cursors: context.cursors };
    } catch (error) {
      if (error instanceof Refusal) return error;
      throw error;
    }
  }

  return {
    scope: scopeOf(args),
    steps: stepsOf(wants.selection) + 1,
    start: reading,
    finish(result: RecordPage | Refusal) {
      if (result instanceof Refusal) throw result;
      return result;
    },
  };
}
