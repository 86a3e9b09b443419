import fc from 'fast-check';
import { SYSTEM_FIELDS } from '../oracle/conditions.ts';
import type { ListArguments } from '../oracle/lists.ts';
import type { Definition } from '../oracle/world.ts';
import { conditionOf } from './conditions.ts';
import { archiveId, folderId } from './ids.ts';

/** A list as clients ask for it, to be read page by page from one end. */
export interface ListQuery extends ListArguments {
  definition: string;
  size: number;
  backward: boolean;
}

export function queryOf(definitions: Record<string, Definition>): fc.Arbitrary<ListQuery> {
  return fc.oneof(...Object.values(definitions).map(queryOfDefinition));
}

function queryOfDefinition(definition: Definition): fc.Arbitrary<ListQuery> {
  const order = fc.record({
    field: fc.constantFrom(...Object.keys(SYSTEM_FIELDS), ...Object.keys(definition.fields)),
    direction: fc.constantFrom('ASC' as const, 'DESC' as const),
  });
  const seldom = <T>(value: fc.Arbitrary<T>) =>
    fc.oneof({ weight: 5, arbitrary: fc.constant(undefined) }, { weight: 1, arbitrary: value });
  const archive = fc.nat(3).map(archiveId);
  return fc.record({
    definition: fc.constant(definition.name),
    view: seldom(fc.constantFrom(...Object.keys(definition.views))),
    archive: seldom(archive),
    folder: seldom(fc.oneof(archive, fc.nat(2).map(folderId))),
    where: fc.oneof(
      { weight: 1, arbitrary: fc.constant(undefined) },
      { weight: 3, arbitrary: conditionOf(definition) },
    ),
    orderBy: fc.oneof(fc.constant(undefined), fc.array(order, { minLength: 1, maxLength: 3 })),
    size: fc.integer({ min: 1, max: 4 }),
    backward: fc.boolean(),
  });
}
