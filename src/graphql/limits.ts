import { Kind, parse, type DocumentNode, type FieldNode, type FragmentDefinitionNode, type OperationDefinitionNode, type SelectionSetNode } from 'graphql';
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
  /** Rows of one page. */
  page: number;
}

export const LIMITS: Readonly<Limits> = { source: 100_000, tokens: 10_000, depth: 20, aliases: 200, complexity: 200_000, page: 500 };

/** Rows of a page that states no size. */
export const DEFAULT_PAGE = 50;

/** Parses a document within the limits on its size. Throws Refusal TOO_COMPLEX, or graphql's own error of syntax. */
export function parseWithin(source: string, limits: Limits = LIMITS): DocumentNode {
  if (source.length > limits.source) {
    throw tooComplex(`The document has ${source.length} characters; ${limits.source} are allowed. Send values as variables.`);
  }
  try {
    return parse(source, { maxTokens: limits.tokens });
  } catch (error) {
    if (error instanceof Error && error.message.includes('tokens')) throw tooComplex(`The document has more than ${limits.tokens} tokens. Split it.`);
    throw error;
  }
}

interface Measure {
  fields: number;
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
  const fragments = new Map<string, FragmentDefinitionNode>();
  for (const definition of document.definitions) {
    if (definition.kind === Kind.FRAGMENT_DEFINITION) fragments.set(definition.name.value, definition);
  }
  const measured = new Map<string, Measure>();
  const measure = (set: SelectionSetNode): Measure => {
    const total: Measure = { fields: 0, depth: 0, aliases: 0 };
    for (const selection of set.selections) {
      const part = selection.kind === Kind.FIELD ? ofField(selection) : selection.kind === Kind.INLINE_FRAGMENT ? measure(selection.selectionSet) : ofFragment(selection.name.value);
      total.fields += part.fields;
      total.depth = Math.max(total.depth, part.depth);
      total.aliases += part.aliases;
    }
    return total;
  };
  const ofField = (field: FieldNode): Measure => {
    const alias = field.alias === undefined ? 0 : 1;
    if (field.selectionSet === undefined) return { fields: 1, depth: 1, aliases: alias };
    const inner = measure(field.selectionSet);
    return { fields: 1 + rowsOf(field, variables) * inner.fields, depth: 1 + inner.depth, aliases: alias + inner.aliases };
  };
  const ofFragment = (name: string): Measure => {
    let result = measured.get(name);
    if (result === undefined) {
      result = measure(fragments.get(name)!.selectionSet);
      measured.set(name, result);
    }
    return result;
  };
  const { fields, depth, aliases } = measure(operation.selectionSet);
  if (depth > limits.depth) throw tooComplex(`The operation is ${depth} levels deep; ${limits.depth} are allowed.`);
  if (aliases > limits.aliases) throw tooComplex(`The operation has ${aliases} aliases; ${limits.aliases} are allowed.`);
  if (fields > limits.complexity) {
    throw tooComplex(`The operation may answer with ${fields} fields; ${limits.complexity} are allowed. Ask for smaller pages or fewer fields.`);
  }
}

/** How many rows a field may give: its page size, or as many as there are ids. */
function rowsOf(field: FieldNode, variables: Readonly<Record<string, unknown>>): number {
  let rows: number | null = null;
  for (const argument of field.arguments ?? []) {
    const name = argument.name.value;
    if (name !== 'first' && name !== 'last' && name !== 'ids') continue;
    const { value } = argument;
    const given =
      value.kind === Kind.VARIABLE ? variables[value.name.value] : value.kind === Kind.INT ? Number(value.value) : value.kind === Kind.LIST ? value.values : null;
    if (typeof given === 'number') rows = Math.max(given, 1);
    else if (Array.isArray(given)) rows = Math.max(given.length, 1);
  }
  return rows ?? (isPage(field) ? DEFAULT_PAGE : 1);
}

function isPage(field: FieldNode): boolean {
  return field.selectionSet!.selections.some((selection) => selection.kind === Kind.FIELD && (selection.name.value === 'nodes' || selection.name.value === 'edges'));
}

function tooComplex(message: string): Refusal {
  return new Refusal('TOO_COMPLEX', message);
}
