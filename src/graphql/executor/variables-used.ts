import { Kind, visit, type DocumentNode, type OperationDefinitionNode } from 'graphql';

/**
 * The variables that decide what an operation is, not only which rows it reads: those in directives, and in arguments anywhere but on the
 * fields of the root. Sorted.
 */
export function shapingVariables(document: DocumentNode, operation: OperationDefinitionNode): string[] {
  const declared = operation.variableDefinitions ?? [];
  if (declared.length === 0) return [];
  const names = new Set<string>();
  const ofRoot = new Set<unknown>(operation.selectionSet.selections.filter(({ kind }) => kind === Kind.FIELD));
  for (const definition of document.definitions) {
    visit(definition, {
      VariableDefinition: () => false,
      Variable(node, _key, _parent, _path, ancestors) {
        const rootArgument = ancestors.some(
          (ancestor, index) => ofRoot.has(ancestor) && isArguments(ancestors[index + 1], ancestor),
        );
        if (!rootArgument) names.add(node.name.value);
      },
    });
  }
  return declared
    .map(({ variable }) => variable.name.value)
    .filter((name) => names.has(name))
    .sort();
}

function isArguments(list: unknown, field: unknown): boolean {
  return list !== undefined && (field as { arguments?: unknown }).arguments === list;
}
