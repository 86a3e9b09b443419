import {
  Kind,
  parseType,
  print,
  visit,
  type DocumentNode,
  type FieldNode,
  type FragmentDefinitionNode,
  type GraphQLResolveInfo,
  type SelectionNode,
  type VariableDefinitionNode,
} from 'graphql';

/** What a subscription asks for under one response key of its changes: `record { … }`. */
export interface AskedContent {
  key: string;
  nodes: readonly FieldNode[];
}

/** The query that reads what a subscription asks for, of many ids at once. Its roots are the response keys. */
export interface ContentDocument {
  document: DocumentNode;
  /** The variables that it uses, besides that of the ids. */
  variables: Record<string, unknown>;
  /** The name of the variable that takes the ids. */
  ids: string;
  /** Equal for all subscriptions that ask for the same. */
  key: string;
}

/** Documents by their text, so that all subscriptions which ask for the same share one, and with it the plan that it is run by. */
const documents = new Map<string, DocumentNode>();
const MOST_DOCUMENTS = 1000;

/**
 * The query for what these nodes ask for. `list` is the field of the query type that takes `ids`; `type`: of what, where the list may give
 * others too. `given`: the variables as the client sent them.
 */
export function contentDocument(
  { operation, fragments }: GraphQLResolveInfo,
  asked: readonly AskedContent[],
  { list, type }: { list: string; type: string | null },
  given: Readonly<Record<string, unknown>>,
): ContentDocument {
  const used = usedBy(asked, fragments);
  const declared = operation.variableDefinitions ?? [];
  let ids = 'ids';
  while (declared.some(({ variable }) => variable.name.value === ids)) ids += '_';
  const definitions = declared.filter(({ variable }) => used.variables.has(variable.name.value));
  const document: DocumentNode = {
    kind: Kind.DOCUMENT,
    definitions: [
      {
        kind: Kind.OPERATION_DEFINITION,
        operation: 'query' as never,
        variableDefinitions: [...definitions, idsDefinition(ids)],
        selectionSet: {
          kind: Kind.SELECTION_SET,
          selections: asked.map(({ key, nodes }) => rootField(key, list, ids, selectionsOf(nodes, type))),
        },
      },
      ...used.fragments,
    ],
  };
  const text = print(document);
  const variables = Object.fromEntries(
    definitions
      .map(({ variable }) => variable.name.value)
      .filter((name) => Object.hasOwn(given, name))
      .map((name) => [name, given[name]]),
  );
  return { document: shared(text, document), variables, ids, key: `${text} ${JSON.stringify(variables)}` };
}

function shared(text: string, document: DocumentNode): DocumentNode {
  const known = documents.get(text);
  if (known !== undefined) return known;
  if (documents.size >= MOST_DOCUMENTS) documents.clear();
  documents.set(text, document);
  return document;
}

/** The variables and fragments that are used below these nodes, at whatever depth. */
function usedBy(asked: readonly AskedContent[], fragments: GraphQLResolveInfo['fragments']) {
  const variables = new Set<string>();
  const spread = new Map<string, FragmentDefinitionNode>();
  const look = (set: FieldNode['selectionSet'] | FragmentDefinitionNode): void => {
    if (set === undefined) return;
    visit(set, {
      Variable: ({ name }) => void variables.add(name.value),
      FragmentSpread({ name }) {
        if (spread.has(name.value)) return;
        const fragment = fragments[name.value]!;
        spread.set(name.value, fragment);
        look(fragment);
      },
    });
  };
  for (const { nodes } of asked) for (const { selectionSet } of nodes) look(selectionSet);
  return { variables, fragments: [...spread.values()] };
}

function selectionsOf(nodes: readonly FieldNode[], type: string | null): SelectionNode[] {
  const selections = nodes.flatMap(({ selectionSet }) => selectionSet?.selections ?? []);
  if (type === null) return selections;
  return [
    {
      kind: Kind.INLINE_FRAGMENT,
      typeCondition: { kind: Kind.NAMED_TYPE, name: nameOf(type) },
      selectionSet: { kind: Kind.SELECTION_SET, selections },
    },
  ];
}

function rootField(key: string, list: string, ids: string, selections: SelectionNode[]): FieldNode {
  return {
    kind: Kind.FIELD,
    alias: nameOf(key),
    name: nameOf(list),
    arguments: [{ kind: Kind.ARGUMENT, name: nameOf('ids'), value: { kind: Kind.VARIABLE, name: nameOf(ids) } }],
    selectionSet: { kind: Kind.SELECTION_SET, selections },
  };
}

function idsDefinition(name: string): VariableDefinitionNode {
  return {
    kind: Kind.VARIABLE_DEFINITION,
    variable: { kind: Kind.VARIABLE, name: nameOf(name) },
    type: parseType('[ID!]!', { noLocation: true }),
  };
}

const nameOf = (value: string) => ({ kind: Kind.NAME, value }) as const;
