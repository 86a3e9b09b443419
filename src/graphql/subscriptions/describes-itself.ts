import { getNamedType, isAbstractType, isObjectType, type FieldNode, type GraphQLOutputType } from 'graphql';
import { collectFields, type Selecting } from '../collect-fields.ts';
import { describedOf } from '../describe.ts';

/** Whether all that these nodes select below a field of this type is described, so that nothing reads by itself. */
export function describesItself(selecting: Selecting, type: GraphQLOutputType, nodes: readonly FieldNode[]): boolean {
  const named = getNamedType(type);
  const types = isObjectType(named) ? [named] : isAbstractType(named) ? selecting.schema.getPossibleTypes(named) : [];
  return types.every((each) =>
    [...collectFields(selecting, each, nodes).values()].every((below) => {
      const [{ name }] = below as [FieldNode];
      if (name.value === '__typename') return true;
      const field = each.getFields()[name.value]!;
      return describedOf(field) !== undefined && describesItself(selecting, field.type, below);
    }),
  );
}
