import {
  getArgumentValues,
  isAbstractType,
  isLeafType,
  isListType,
  isNonNullType,
  Kind,
  type FieldNode,
  type GraphQLAbstractType,
  type GraphQLObjectType,
  type GraphQLOutputType,
  type OperationDefinitionNode,
} from 'graphql';
import { collectFields, type Selecting } from '../collect-fields.ts';
import { describedOf, rootDescribedOf, type Arguments, type RootDescribed } from '../describe.ts';
import { fillTarget } from '../look-ahead.ts';
import { keepText } from './stringify.ts';

/** The operation has something that doesn't describe itself: graphql-js runs it. */
export class Undescribed extends Error {}

/** From a field's value to its place in the response. */
type Complete = (value: unknown) => unknown;

/** A field of the root as it is run. */
export interface CompiledRoot {
  key: string;
  described: RootDescribed;
  /** What everything below the field needs. Shared by all runs, so never changed again. */
  target: unknown;
  /** The arguments, worked out once if no variable is in them. */
  args: (variables: Readonly<Record<string, unknown>>) => Arguments;
  complete: Complete;
}

/** A query of described fields only: what to read, and how the response is made from it. */
export interface Plan {
  /** Response keys in order; a string is the value of a `__typename`. */
  roots: (CompiledRoot | { key: string; typename: string })[];
  /** Whether its responses hold values that many records have in common; known when one was made. */
  sharesValues: boolean;
}

interface Compiling extends Selecting {
  plan: Plan;
}

/** Compiles an operation for these variables (those that directives and arguments below the root use are built in). Throws Undescribed. */
export function compilePlan(selecting: Selecting, operation: OperationDefinitionNode): Plan {
  const type = selecting.schema.getQueryType()!;
  const fields = collectFields(selecting, type, [operation]);
  const plan: Plan = { roots: [], sharesValues: false };
  const compiling: Compiling = { ...selecting, plan };
  plan.roots = [...fields].map(([key, nodes]) => {
    checkKey(key);
    const [node] = nodes as [FieldNode];
    if (node.name.value === '__typename') return { key, typename: type.name };
    const field = type.getFields()[node.name.value];
    const described = field && rootDescribedOf(field);
    if (described === undefined) throw new Undescribed();
    const target = described.target();
    fillTarget(selecting, described.into, field!.type, nodes, target);
    const fixed = hasVariables(node) ? null : getArgumentValues(field!, node);
    return {
      key,
      described,
      target,
      args: (variables) => fixed ?? getArgumentValues(field!, node, variables),
      complete: compileValue(compiling, field!.type, nodes),
    };
  });
  return plan;
}

function compileValue(compiling: Compiling, type: GraphQLOutputType, nodes: readonly FieldNode[]): Complete {
  if (isNonNullType(type)) {
    const complete = compileValue(compiling, type.ofType, nodes);
    return (value) => {
      // What graphql-js makes of it is not repeated here: it is asked.
      if (value === null || value === undefined) throw new Undescribed();
      return complete(value);
    };
  }
  if (isLeafType(type)) return (value) => value ?? null;
  if (isListType(type)) {
    if (isLeafType(isNonNullType(type.ofType) ? type.ofType.ofType : type.ofType)) return (value) => value ?? null;
    const complete = compileValue(compiling, type.ofType, nodes);
    return (value) => (value === null || value === undefined ? null : (value as unknown[]).map(complete));
  }
  const complete = isAbstractType(type)
    ? compileAbstract(compiling, type, nodes)
    : compileObject(compiling, type, nodes);
  return (value) => (value === null || value === undefined ? null : complete(value));
}

function compileAbstract(compiling: Compiling, type: GraphQLAbstractType, nodes: readonly FieldNode[]): Complete {
  const compiled = new Map<unknown, Complete>();
  return (value) => {
    const name = type.resolveType?.(value, undefined, undefined as never, type);
    let complete = compiled.get(name);
    if (complete === undefined) {
      const object = typeof name === 'string' ? compiling.schema.getType(name) : undefined;
      if (object === undefined) throw new Undescribed();
      complete = compileObject(compiling, object as GraphQLObjectType, nodes);
      compiled.set(name, complete);
    }
    return complete(value);
  };
}

interface CompiledField {
  key: string;
  value: (source: never, args: Arguments) => unknown;
  args: Arguments;
  complete: Complete;
}

function compileObject(compiling: Compiling, type: GraphQLObjectType, nodes: readonly FieldNode[]): Complete {
  const fields = [...collectFields(compiling, type, nodes)].map(([key, fieldNodes]): CompiledField => {
    checkKey(key);
    const [node] = fieldNodes as [FieldNode];
    if (node.name.value === '__typename') return { key, value: () => type.name, args: {}, complete: (value) => value };
    const field = type.getFields()[node.name.value];
    const described = field && describedOf(field);
    if (described === undefined) throw new Undescribed();
    const complete = compileValue(compiling, field!.type, fieldNodes);
    return {
      key,
      value: described.value,
      args: getArgumentValues(field!, node, compiling.variableValues),
      complete: described.shared === true ? once(compiling.plan, complete) : complete,
    };
  });
  return (source) => {
    const response: Record<string, unknown> = {};
    for (const { key, value, args, complete } of fields) response[key] = complete(value(source as never, args));
    return response;
  };
}

/** Completes each value one time only, and writes its JSON once: for values that many sources have in common. */
function once(plan: Plan, complete: Complete): Complete {
  const completed = new WeakMap<object, unknown>();
  plan.sharesValues = true;
  return (value) => {
    if (typeof value !== 'object' || value === null) return complete(value);
    let response = completed.get(value);
    if (response === undefined) completed.set(value, (response = keepText(complete(value) as object)));
    return response;
  };
}

/** A response key that plain objects don't take. */
function checkKey(key: string): void {
  if (key === '__proto__') throw new Undescribed();
}

function hasVariables(node: unknown): boolean {
  if (typeof node !== 'object' || node === null) return false;
  if (Array.isArray(node)) return node.some(hasVariables);
  const { kind, value, arguments: args, values, fields } = node as Record<string, unknown>;
  if (kind === Kind.VARIABLE) return true;
  return [value, args, values, fields].some(hasVariables);
}
