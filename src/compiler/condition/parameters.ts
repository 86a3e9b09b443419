import { literal } from '../sql-object.ts';

/**
 * Puts a value into SQL and returns the text that stands for it. `type` is the Postgres type that the comparison
 * needs (`text`, `uuid[]`, …); lists come as arrays.
 */
export type Parameter = (value: unknown, type: string) => string;

/** Collects the values and returns `$1::text`, `$2::uuid[]`, …: for statements. */
export function parametersInto(values: unknown[]): Parameter {
  return (value, type) => {
    values.push(value);
    return `$${values.length}::${type}`;
  };
}

/** Writes values as literals: for policies and index predicates, which can't have parameters. */
export const asLiteral: Parameter = (value, type) => {
  if (Array.isArray(value)) {
    const element = type.replace(/\[\]$/, '');
    return `array[${value.map((item) => asLiteral(item, element)).join(', ')}]::${type}`;
  }
  switch (typeof value) {
    case 'boolean':
      return String(value);
    case 'number':
      return value < 0 ? `(${value})` : String(value);
    case 'string':
      return type === 'text' ? literal(value) : `${type} ${literal(value)}`;
    default:
      throw new TypeError(`No literal for ${String(value)}`);
  }
};
