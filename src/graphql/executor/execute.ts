import {
  execute as executeByGraphql,
  getVariableValues,
  GraphQLError,
  Kind,
  OperationTypeNode,
  type DocumentNode,
  type ExecutionResult,
  type FragmentDefinitionNode,
  type GraphQLSchema,
  type OperationDefinitionNode,
} from 'graphql';
import { snapshotSession, type Session } from '../../reader/session.ts';
import { invalid, Refusal } from '../../access/refusals.ts';
import type { Context } from '../context.ts';
import { toClientError } from '../errors.ts';
import { checkLimits } from '../limits.ts';
import type { PreparedRead } from '../describe.ts';
import { compilePlan, Undescribed, type Plan } from './compile.ts';
import { markHolder } from './stringify.ts';
import { shapingVariables } from './variables-used.ts';

/** One operation to be executed; the document is valid for the schema. */
export interface Operation {
  document: DocumentNode;
  operationName?: string | null | undefined;
  variables?: Readonly<Record<string, unknown>> | null | undefined;
  context: Context;
}

export type Executor = (operation: Operation) => Promise<ExecutionResult>;

export interface ExecutorOptions {
  /** Whether queries may run as compiled plans. False leaves everything to graphql-js, to compare the two. Default: true. */
  plans?: boolean;
  /** Told of each operation what ran it. */
  observe?: (ranBy: 'plan' | 'graphql-js') => void;
}

const MOST_VARIANTS = 16;
const ATTEMPTS = 4;

/**
 * Executes queries of fields that describe themselves as one compiled plan: arguments → statements → response, and everything else by graphql-js,
 * with equal results. Either way a query reads one snapshot (V5).
 */
export function createExecutor(schema: GraphQLSchema, { plans = true, observe }: ExecutorOptions = {}): Executor {
  const known = new WeakMap<OperationDefinitionNode, Compiled>();

  async function run(request: Request): Promise<ExecutionResult> {
    const isQuery = request.operation?.operation === OperationTypeNode.QUERY;
    const result = plans && isQuery ? await runPlan(request, compiledOf(known, request)) : null;
    observe?.(result === null ? 'graphql-js' : 'plan');
    return result ?? (isQuery ? runQuery(request) : runByGraphql(request, request.context.session));
  }

  return async ({ document, operationName, variables, context }) => {
    const given = variables ?? {};
    const operation = operationOf(document, operationName);
    const request: Request = { schema, document, operation, operationName, variables: given, context };
    try {
      if (operation?.operation === OperationTypeNode.SUBSCRIPTION) throw notOverHttp();
      if (operation !== null) checkLimits(document, operation, given, context.limits);
    } catch (error) {
      return {
        errors: [
          toClientError(new GraphQLError((error as Error).message, { originalError: error as Error }), context.log),
        ],
      };
    }
    const result = await run(request);
    if (result.errors === undefined) return result;
    return { ...result, errors: result.errors.map((error) => toClientError(error, context.log)) };
  };
}

interface Request {
  schema: GraphQLSchema;
  document: DocumentNode;
  operation: OperationDefinitionNode | null;
  operationName: string | null | undefined;
  variables: Readonly<Record<string, unknown>>;
  context: Context;
}

/** What is kept of an operation: its plans by the values of the variables that shape it, null where it has none. */
interface Compiled {
  fragments: Record<string, FragmentDefinitionNode>;
  shaping: string[];
  plans: Map<string, Plan | null>;
}

function compiledOf(known: WeakMap<OperationDefinitionNode, Compiled>, { document, operation }: Request): Compiled {
  let compiled = known.get(operation!);
  if (compiled === undefined) {
    const fragments = document.definitions.filter((each) => each.kind === Kind.FRAGMENT_DEFINITION);
    compiled = {
      fragments: Object.fromEntries(fragments.map((fragment) => [fragment.name.value, fragment])),
      shaping: shapingVariables(document, operation!),
      plans: new Map(),
    };
    known.set(operation!, compiled);
  }
  return compiled;
}

/** The response by a compiled plan, or null where graphql-js has to run the operation: for what isn't described, and for what goes wrong. */
async function runPlan(request: Request, compiled: Compiled): Promise<ExecutionResult | null> {
  const { schema, operation, variables, context } = request;
  const definitions = operation!.variableDefinitions ?? [];
  const coerced = definitions.length === 0 ? { coerced: {} } : getVariableValues(schema, definitions, variables);
  if (coerced.coerced === undefined) return null;
  const plan = planOf(request, compiled, coerced.coerced);
  if (plan === null) return null;
  const prepared: (PreparedRead | null)[] = [];
  try {
    for (const root of plan.roots) {
      prepared.push(
        'typename' in root ? null : root.described.read(root.args(coerced.coerced), root.target as never, context),
      );
    }
  } catch {
    return null;
  }
  const reads = prepared.filter((each) => each !== null);
  if (reads.some(({ asks }) => asks === true)) return null;
  let results: unknown[];
  try {
    results =
      reads.length === 0
        ? []
        : await context.reader.read(context.viewer, reads, Math.max(...reads.map(({ steps }) => steps)));
  } catch (error) {
    return runByGraphql(request, failingSession(error));
  }
  try {
    const data: Record<string, unknown> = {};
    let next = 0;
    for (const [index, root] of plan.roots.entries()) {
      if ('typename' in root) data[root.key] = root.typename;
      else
        data[root.key] = root.complete(
          prepared[index] == null ? null : prepared[index].finish(results[next++] as never),
        );
    }
    if (plan.sharesValues) markHolder(data);
    return { data };
  } catch (error) {
    // What was read may turn out to refuse a field: graphql-js gives errors their places.
    if (error instanceof Undescribed || error instanceof Refusal) return null;
    throw error;
  }
}

function planOf(
  { schema, operation }: Request,
  { fragments, shaping, plans }: Compiled,
  variables: Record<string, unknown>,
): Plan | null {
  const variant = shaping.length === 0 ? '' : JSON.stringify(shaping.map((name) => variables[name]));
  let plan = plans.get(variant);
  if (plan === undefined) {
    plan = tryToCompile();
    if (plans.size >= MOST_VARIANTS) plans.clear();
    plans.set(variant, plan);
  }
  return plan;

  function tryToCompile(): Plan | null {
    try {
      return compilePlan({ schema, fragments, variableValues: variables }, operation!);
    } catch {
      // Whatever is wrong with it, graphql-js says it best.
      return null;
    }
  }
}

/** A query by graphql-js: its resolvers read one snapshot. Done again as a whole when that snapshot couldn't serve all of them. */
async function runQuery(request: Request): Promise<ExecutionResult> {
  const { reader, viewer } = request.context;
  let workspaces: Iterable<number> = [];
  for (let attempt = 1; ; attempt++) {
    const session = snapshotSession(reader, viewer, workspaces);
    const result = await runByGraphql(request, session);
    const again = await session.close();
    if (!again || attempt === ATTEMPTS) return result;
    workspaces = session.workspaces;
  }
}

async function runByGraphql(
  { schema, document, operationName, variables, context }: Request,
  session: Session,
): Promise<ExecutionResult> {
  return executeByGraphql({
    schema,
    document,
    operationName,
    variableValues: variables,
    contextValue: { ...context, session },
  });
}

/** Reading failed: each field that would read fails by this, and graphql-js says where. */
function failingSession(error: unknown): Session {
  const fail = () => Promise.reject(error instanceof Error ? error : new Error(String(error)));
  return { read: fail, query: fail };
}

/** Subscriptions don't come here from where they can be followed. */
function notOverHttp(): Refusal {
  const problem = {
    path: 'query',
    message: 'a subscription needs a WebSocket (graphql-transport-ws), or accept: text/event-stream',
  };
  return invalid([problem]);
}

/** The operation of this name; null where the document has none, or several and no name was given. */
export function operationOf(document: DocumentNode, name: string | null | undefined): OperationDefinitionNode | null {
  const operations = document.definitions.filter((each) => each.kind === Kind.OPERATION_DEFINITION);
  if (name == null) return operations.length === 1 ? operations[0]! : null;
  return operations.find((operation) => operation.name?.value === name) ?? null;
}
