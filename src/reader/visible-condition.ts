import type { Comparison, NormalCondition } from '../compiler/condition/condition.ts';
import type { Parameter } from '../compiler/condition/parameters.ts';
import { comparisonToSql } from '../compiler/condition/to-sql.ts';
import { columnOf, shows, sourcesOf, type PlaneView, type Sight } from './sight.ts';

/**
 * The SQL of a condition for the rows of one plane's view, called `t` (V3): a comparison holds for a record if it holds on a cell that the
 * viewer sees, through whichever plane; on a hidden cell it is false, and so is its negation. Since negation stands in the comparisons
 * alone, the rest is plain logic. The same record gets the same answer in every plane that exposes it.
 */
export function visibleConditionToSql(
  sight: Sight,
  view: PlaneView,
  condition: NormalCondition,
  parameter: Parameter,
): string {
  switch (condition.kind) {
    case 'constant':
      return String(condition.value);
    case 'comparison':
      return comparisonOnVisible(sight, view, condition, parameter);
    default:
      return connect(
        condition.kind,
        condition.of.map((part) => visibleConditionToSql(sight, view, part, parameter)),
      );
  }
}

function comparisonOnVisible(sight: Sight, view: PlaneView, comparison: Comparison, parameter: Parameter): string {
  const { definition } = sight;
  const { field } = comparison;
  const test = (alias: string) =>
    comparisonToSql(definition, comparison, `${alias}.${columnOf(definition, field)}`, parameter, true);
  if (shows(view, definition, field)) return test('t');
  const elsewhere = sourcesOf(sight, field, view).map(
    (source) => `exists (select from ${source.name} x where x.id = t.id and ${test('x')})`,
  );
  return connect('or', elsewhere);
}

function connect(kind: 'and' | 'or', parts: string[]): string {
  const deciding = String(kind === 'or');
  if (parts.includes(deciding)) return deciding;
  const open = parts.filter((part) => part !== 'true' && part !== 'false');
  if (open.length === 0) return String(kind === 'and');
  return open.length === 1 ? open[0]! : `(${open.join(` ${kind} `)})`;
}
