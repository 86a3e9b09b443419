import type { ObjectDefinition } from './definition.ts';

/**
 * Remembers what a definition comes to in a plane's content. Both are never changed, and compiling asks the same of
 * them for each field, ability and policy.
 */
export function perPlane<C extends object, T>(
  compute: (definition: ObjectDefinition, content: C) => T,
): (definition: ObjectDefinition, content: C) => T {
  const known = new WeakMap<ObjectDefinition, WeakMap<C, T>>();
  return (definition, content) => {
    let ofDefinition = known.get(definition);
    if (ofDefinition === undefined) known.set(definition, (ofDefinition = new WeakMap()));
    let result = ofDefinition.get(content);
    if (result === undefined) ofDefinition.set(content, (result = compute(definition, content)));
    return result;
  };
}
