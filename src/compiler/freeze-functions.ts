import { frozenSql } from './freeze.ts';
import { guardNames } from './guard-functions.ts';
import type { Blueprint } from './restriction.ts';
import { sqlFunction } from './sql-function.ts';
import { literal, type SqlObject } from './sql-object.ts';

/** `<table>_frozen(field, item)` of each definition that freezes records: for guards. Without a field: as a whole. */
export function freezeFunctionObjects({ workspace, definitions }: Blueprint): SqlObject[] {
  return [...definitions.values()].flatMap((definition) => {
    if (definition.freezes === undefined) return [];
    const { frozen, table } = guardNames(workspace, definition);
    const answers = new Map<string, string[]>();
    for (const field of Object.keys(definition.fields)) {
      const answer = frozenSql(definition, 'item', field);
      if (answer !== null) answers.set(answer, [...(answers.get(answer) ?? []), literal(field)]);
    }
    const whole = frozenSql(definition, 'item');
    const cases = [
      ...(whole === null ? [] : [`    when field is null then ${whole}`]),
      ...[...answers].map(([answer, fields]) => `    when field in (${fields.join(', ')}) then ${answer}`),
    ];
    return [
      sqlFunction({
        name: frozen,
        parameters: `field text, item ${table}`,
        returns: 'boolean',
        volatility: 'stable',
        body: `begin\n  return case\n${cases.join('\n')}\n    else false\n  end;\nend`,
        comment: 'W7: whether nobody may change the field of this record any more, or with null the record as a whole.',
        callable: true,
      }),
    ];
  });
}
