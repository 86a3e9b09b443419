import { GraphQLScalarType, Kind } from 'graphql';
import type { Builder } from './builder.ts';

/**
 * Scalars only carry values. What a date or a number may be is judged where it is used: conditions take relative dates (`today-7d`),
 * changes don't, and both name the field in their error.
 */
function textScalar(name: string, description: string): GraphQLScalarType<string, string> {
  return new GraphQLScalarType<string, string>({
    name,
    description,
    serialize: (value) => value as string,
    parseValue: (value) => asText(name, value),
    parseLiteral: (node) => asText(name, node.kind === Kind.STRING ? node.value : undefined),
  });
}

function asText(name: string, value: unknown): string {
  if (typeof value !== 'string') throw new TypeError(`${name} is written as a string.`);
  return value;
}

const DateTime = textScalar(
  'DateTime',
  'A point in time, ISO 8601 in UTC: "2026-01-31T09:30:00Z". Conditions also take "now", "now-2h", "today", "today-7d".',
);

const CalendarDate = textScalar('Date', 'A calendar date: "2026-01-31". Conditions also take "today" and "today-7d".');

const Decimal = new GraphQLScalarType<string, string>({
  name: 'Decimal',
  description: 'A decimal number as a string, exact: "12.50". Numbers are accepted as input.',
  serialize: (value) => value as string,
  parseValue: (value) => (typeof value === 'number' ? String(value) : asText('Decimal', value)),
  parseLiteral: (node) =>
    node.kind === Kind.INT || node.kind === Kind.FLOAT || node.kind === Kind.STRING
      ? node.value
      : asText('Decimal', null),
});

const Json = new GraphQLScalarType<unknown, unknown>({ name: 'JSON', description: 'Any JSON value.' });

export function defineScalars(builder: Builder): void {
  builder.addScalarType('DateTime', DateTime);
  builder.addScalarType('Date', CalendarDate);
  builder.addScalarType('Decimal', Decimal);
  builder.addScalarType('JSON', Json);
}
