import {
  Kind,
  parse,
  type DocumentNode,
  type FieldNode,
  type FragmentDefinitionNode,
  type OperationDefinitionNode,
  type SelectionSetNode,
  type ValueNode,
} from 'graphql';
import { Refusal } from '../access/refusals.ts';

/** How much one operation may ask for. */
export interface Limits {
  /** Length of the document, in UTF-16 units. */
  source: number;
  /** Lexical tokens of the document. */
  tokens: number;
  /** Fields within fields. The introspection query of GraphiQL needs 15. */
  depth: number;
  /** Fields with an alias, those in fragments counted as often as the fragments are spread. */
  aliases: number;
  /** Fields that the answer may have: a page's size times the fields of its rows, and so on inwards. */
  complexity: number;
  /** The same of one change that a subscription tells: many records may change at once, and what each tells is read together. */
  change: number;
  /** Rows of one page. */
  page: number;
}

export const LIMITS: Readonly<Limits> = {
  source: 100_000,
  tokens: 10_000,
  depth: 20,
  aliases: 200,
  complexity: 200_000,
  change: 5_000,
  page: 500,
};

/** Rows of a page that states no size. */
export const DEFAULT_PAGE = 50;

/** Parses a document within the limits on its size. Throws Refusal TOO_COMPLEX, or graphql's own error of syntax. */
export function parseWithin(source: string, limits: Limits = LIMITS): DocumentNode {
  if (source.length > limits.source) {
    throw tooComplex(
      `The document has ${source.length} characters; ${limits.source} are allowed. Send values as variables.`,
    );
  }
  try {
    return parse(source, { maxTokens: limits.tokens });
  } catch (error) {
    if (error instanceof Error && error.message.includes('tokens'))
      throw tooComplex(`The document has more than ${limits.tokens} tokens. Split it.`);
    throw error;
  }
}

interface Measure {
  fields: number;
  /** Fields of each row of the connection that the selection is on. */
  rowFields: number;
  depth: number;
  aliases: number;
}

/** Throws TOO_COMPLEX if the operation asks for more than the limits. Works on valid documents, in time linear in their size. */
export function checkLimits(
  document: DocumentNode,
  operation: OperationDefinitionNode,
  variables: Readonly<Record<string, unknown>>,
  limits: Limits = LIMITS,
): void {
  // Without a prototype: fragments may be called like what objects inherit.
  const fragments = Object.create(null) as Record<string, FragmentDefinitionNode>;
  for (const definition of document.definitions) {
    if (definition.kind === Kind.FRAGMENT_DEFINITION) fragments[definition.name.value] = definition;
  }
  const { fields, depth, aliases } = measureOf(operation, fragments, variables);
  if (depth > limits.depth) throw tooComplex(`The operation is ${depth} levels deep; ${limits.depth} are allowed.`);
  if (aliases > limits.aliases) {
    throw tooComplex(`The operation has ${aliases} aliases; ${limits.aliases} are allowed.`);
  }
  if (fields > limits.complexity) {
    throw tooComplex(
      `The operation may answer with ${fields} fields; ${limits.complexity} are allowed. Ask for smaller pages or fewer fields.`,
    );
  }
}

/** How much an operation asks for. In time linear in its size. */
export function measureOf(
  operation: OperationDefinitionNode,
  fragments: Readonly<Record<string, FragmentDefinitionNode>>,
  variables: Readonly<Record<string, unknown>>,
): Pick<Measure, 'fields' | 'depth' | 'aliases'> {
  const measured = new Map<string, Measure>();
  const measure = (set: SelectionSetNode): Measure => {
    const total: Measure = { fields: 0, rowFields: 0, depth: 0, aliases: 0 };
    for (const selection of set.selections) {
      const part =
        selection.kind === Kind.FIELD
          ? ofField(selection)
          : selection.kind === Kind.INLINE_FRAGMENT
            ? measure(selection.selectionSet)
            : ofFragment(selection.name.value);
      total.fields += part.fields;
      total.rowFields += part.rowFields;
      total.depth = Math.max(total.depth, part.depth);
      total.aliases += part.aliases;
    }
    return total;
  };
  const ofField = (field: FieldNode): Measure => {
    const alias = field.alias === undefined ? 0 : 1;
    if (field.selectionSet === undefined) return { fields: 1, rowFields: 0, depth: 1, aliases: alias };
    const inner = measure(field.selectionSet);
    const whole = { depth: 1 + inner.depth, aliases: alias + inner.aliases };
    if (isRows(field)) return { fields: 1, rowFields: inner.fields + inner.rowFields, ...whole };
    const { rows, items } = countsOf(field, operation, variables);
    return { fields: 1 + items * inner.fields + rows * inner.rowFields, rowFields: 0, ...whole };
  };
  const ofFragment = (name: string): Measure => {
    let result = measured.get(name);
    if (result === undefined) {
      result = measure(fragments[name]!.selectionSet);
      measured.set(name, result);
    }
    return result;
  };
  return measure(operation.selectionSet);
}

/** The rows of a connection. The query `nodes(ids)` is something else. */
function isRows({ name, arguments: args = [] }: FieldNode): boolean {
  return (name.value === 'nodes' || name.value === 'edges') && args.length === 0;
}

/** How many rows the page of a field may have, and how many objects the field itself gives. */
function countsOf(
  field: FieldNode,
  operation: OperationDefinitionNode,
  variables: Readonly<Record<string, unknown>>,
): { rows: number; items: number } {
  let rows: number | null = null;
  let items = 1;
  for (const { name, value } of field.arguments ?? []) {
    if (name.value !== 'first' && name.value !== 'last' && name.value !== 'ids') continue;
    const given = valueOf(value, operation, variables);
    if (typeof given === 'number') rows = Math.max(given, rows ?? 0);
    else if (Array.isArray(given)) items = given.length;
  }
  return { rows: rows ?? DEFAULT_PAGE, items };
}

/** A number, or a list of anything; everything else doesn't matter here. */
function valueOf(
  value: ValueNode,
  operation: OperationDefinitionNode,
  variables: Readonly<Record<string, unknown>>,
): unknown {
  if (value.kind === Kind.INT) return Number(value.value);
  if (value.kind === Kind.LIST) return value.values;
  if (value.kind !== Kind.VARIABLE) return null;
  const given = variables[value.name.value];
  if (given !== undefined) return given;
  const declared = operation.variableDefinitions?.find(({ variable }) => variable.name.value === value.name.value);
  return declared?.defaultValue === undefined ? null : valueOf(declared.defaultValue, operation, {});
}

function tooComplex(message: string): Refusal {
  return new Refusal('TOO_COMPLEX', message);
}
