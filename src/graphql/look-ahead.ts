import { getNamedType, isAbstractType, isObjectType, type FieldNode, type GraphQLOutputType } from 'graphql';
import { collectFields, type Selecting } from './collect-fields.ts';
import { describedOf } from './describe.ts';

/** The target of what a field leads to, given the target of the type that it is on. */
export type Into = (target: never, type: string) => unknown;

/**
 * Tells a target what everything below a field needs, so that it can be read in one go. Fields without a description read for themselves and
 * are passed over.
 */
export function fillTarget(
  selecting: Selecting,
  into: Into | undefined,
  returned: GraphQLOutputType,
  nodes: readonly FieldNode[],
  target: unknown,
): void {
  const named = getNamedType(returned);
  const types = isObjectType(named) ? [named] : isAbstractType(named) ? selecting.schema.getPossibleTypes(named) : [];
  for (const type of types) {
    const inner = into === undefined ? target : into(target as never, type.name);
    if (inner === undefined || inner === null) continue;
    for (const fieldNodes of collectFields(selecting, type, nodes).values()) {
      const field = type.getFields()[fieldNodes[0]!.name.value];
      const described = field && describedOf(field);
      if (described === undefined) continue;
      described.needs?.(inner as never);
      if (described.into !== undefined) fillTarget(selecting, described.into, field!.type, fieldNodes, inner);
    }
  }
}
