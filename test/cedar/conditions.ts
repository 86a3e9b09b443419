import type { Condition, Definition, FieldType, Value, World } from '../oracle/world.ts';

/**
 * A5 in Cedar. An empty value is an absent attribute. Cedar orders numbers and moments; for texts and decimals, which it doesn't
 * order so widely, records carry their rank among all that occur in the world (`rankOf`).
 */
export function conditionToCedar(definition: Definition, condition: Condition, world: World): string {
  const parts = Object.entries(condition).flatMap(([key, value]): string[] => {
    if (key === 'not') return [`!(${conditionToCedar(definition, value as Condition, world)})`];
    if (key === 'and' || key === 'or') {
      const of = (value as Condition[]).map((each) => `(${conditionToCedar(definition, each, world)})`);
      return [of.length === 0 ? String(key === 'and') : of.join(key === 'and' ? ' && ' : ' || ')];
    }
    const type = typeOf(definition, key);
    return Object.entries(value as Record<string, unknown>).map(([operator, operand]) =>
      comparison(key, type, operator, operand, world),
    );
  });
  return parts.length === 0 ? 'true' : parts.map((part) => `(${part})`).join(' && ');
}

const SYSTEM: Record<string, FieldType> = {
  id: 'reference',
  folder: 'reference',
  client: 'reference',
  owner: 'user',
  version: 'integer',
};

function typeOf(definition: Definition, field: string): FieldType {
  return definition.fields[field]?.type ?? SYSTEM[field]!;
}

const NEGATIVES: Record<string, string> = { isNotSet: 'isSet', notEquals: 'equals', notIn: 'in' };

function comparison(name: string, type: FieldType, operator: string, operand: unknown, world: World): string {
  const positive = NEGATIVES[operator];
  if (positive !== undefined) return `!(${comparison(name, type, positive, operand, world)})`;
  const field = `resource.${name}`;
  const has = `resource has ${name}`;
  const literal = (value: unknown): string => literalOf(type, value as Value);
  if (operator === 'isSet') return operand === true ? has : `!(${has})`;
  const ordered = type === 'text' || type === 'decimal' ? `resource.${name}Rank` : field;
  const bound = (value: unknown): string =>
    type === 'text' || type === 'decimal' ? String(rankOf(world, type, value as string)) : literal(value);
  switch (operator) {
    case 'equals':
      return `${has} && ${field} == ${literal(operand)}`;
    case 'in':
      return `${has} && [${(operand as unknown[]).map(literal).join(', ')}].contains(${field})`;
    case 'lessThan':
      return `${has} && ${ordered} < ${bound(operand)}`;
    case 'atMost':
      return `${has} && ${ordered} <= ${bound(operand)}`;
    case 'greaterThan':
      return `${has} && ${ordered} > ${bound(operand)}`;
    case 'atLeast':
      return `${has} && ${ordered} >= ${bound(operand)}`;
    case 'between': {
      const { from, to } = operand as { from: unknown; to: unknown };
      return `${has} && ${ordered} >= ${bound(from)} && ${ordered} <= ${bound(to)}`;
    }
    case 'contains':
      return `${has} && resource.${name}Lower like "*${pattern(String(operand).toLowerCase())}*"`;
    case 'startsWith':
      return `${has} && ${field} like "${pattern(String(operand))}*"`;
    default:
      throw new Error(`No Cedar is known for the operator ${operator}.`);
  }
}

function literalOf(type: FieldType, value: Value): string {
  switch (type) {
    case 'integer':
    case 'boolean':
      return String(value);
    case 'user':
      return value === 'ME' ? 'principal' : `User::"${String(value)}"`;
    case 'date':
    case 'dateTime':
      return momentOf(String(value));
    case 'decimal':
      return JSON.stringify(canonicalDecimal(String(value)));
    default:
      return JSON.stringify(value);
  }
}

/** Cedar's datetime counts and compares by itself, relative dates included. */
function momentOf(text: string): string {
  const relative = /^(today|now)(?:([+-]\d+)([dh]))?$/.exec(text);
  if (relative === null) return `datetime("${cedarMoment(text)}")`;
  const start = relative[1] === 'today' ? 'context.now.toDate()' : 'context.now';
  return relative[2] === undefined
    ? start
    : `${start}.offset(duration("${relative[2].replace('+', '')}${relative[3]!}"))`;
}

/** Cedar writes offsets without a colon. */
export function cedarMoment(text: string): string {
  return text.replace(/([+-]\d\d):(\d\d)$/, '$1$2');
}

export function canonicalDecimal(text: string): string {
  const [whole, fraction = ''] = text.split('.');
  return `${whole!}.${fraction.padEnd(2, '0')}`;
}

function pattern(text: string): string {
  return JSON.stringify(text).slice(1, -1).replaceAll('*', '\\*');
}

/** The place of a text or decimal among all of the world's, those in conditions included. Equal values have equal ranks. */
export function rankOf(world: World, type: 'text' | 'decimal', value: string): number {
  let ranks = RANKS.get(world);
  if (ranks === undefined)
    RANKS.set(
      world,
      (ranks = {
        text: rank(everyText(world), byBytes),
        decimal: rank(everyText(world).filter(isDecimal).map(canonicalDecimal), byNumber),
      }),
    );
  return ranks[type].get(type === 'decimal' ? canonicalDecimal(value) : value)!;
}

const RANKS = new WeakMap<World, { text: Map<string, number>; decimal: Map<string, number> }>();

function rank(values: string[], order: (a: string, b: string) => number): Map<string, number> {
  return new Map([...new Set(values)].sort(order).map((value, index) => [value, index]));
}

const byBytes = (a: string, b: string): number => Buffer.compare(Buffer.from(a), Buffer.from(b));
const byNumber = (a: string, b: string): number => (BigInt(a.replace('.', '')) < BigInt(b.replace('.', '')) ? -1 : 1);
const isDecimal = (text: string): boolean => /^-?\d+(\.\d{1,2})?$/.test(text);

function everyText(world: World): string[] {
  const texts: string[] = [];
  JSON.stringify([world.items, world.planes], (_, value: unknown) => {
    if (typeof value === 'string') texts.push(value);
    return value;
  });
  return texts;
}
