import {
  createSourceEventStream,
  getVariableValues,
  GraphQLError,
  Kind,
  OperationTypeNode,
  validate,
  type DocumentNode,
  type FormattedExecutionResult,
  type GraphQLFormattedError,
  type GraphQLSchema,
  type OperationDefinitionNode,
} from 'graphql';
import { Refusal } from '../../access/refusals.ts';
import type { Follower } from '../../delivery/delivery.ts';
import { collectFields } from '../collect-fields.ts';
import type { Context } from '../context.ts';
import { toClientError } from '../errors.ts';
import { operationOf, type Executor } from '../executor/execute.ts';
import { WritesItself } from '../executor/stringify.ts';
import { checkLimits, LIMITS, parseWithin } from '../limits.ts';
import type { ToldChange } from './compile-change.ts';
import { mapped } from './following.ts';
import type { SubscribingContext } from './content.ts';

/** A request as a client sends it. */
export interface SubscriptionRequest {
  query: string;
  operationName?: string | null | undefined;
  variables?: Readonly<Record<string, unknown>> | null | undefined;
}

/** The results of a subscription, errors if it can't begin, or null for what is no subscription. */
export type Subscriber = (
  request: SubscriptionRequest,
  context: Context,
) => Promise<Follower<FormattedExecutionResult> | readonly GraphQLFormattedError[] | null>;

/** A document that was parsed and validated, for whoever sends the same again: thousands of clients come back at once after a restart. */
interface Checked {
  document: DocumentNode;
  problems: readonly GraphQLError[];
}

const MOST_DOCUMENTS = 200;

/** Runs subscriptions: the source of events by graphql-js, each event in the form that was compiled when it began. */
export function createSubscriber(schema: GraphQLSchema, execute: Executor): Subscriber {
  const documents = new Map<string, Checked>();

  function check(source: string): Checked {
    const known = documents.get(source);
    if (known !== undefined) return known;
    const document = parseWithin(source);
    const checked = { document, problems: problemsOf(schema, document) };
    if (documents.size >= MOST_DOCUMENTS) documents.clear();
    documents.set(source, checked);
    return checked;
  }

  return async ({ query, operationName, variables }, context) => {
    // Everything else, what can't be parsed included, is the engine's.
    if (!query.includes('subscription') || query.length > LIMITS.source) return null;
    const checked = tryTo(() => check(query));
    const operation = checked && operationOf(checked.document, operationName);
    if (operation?.operation !== OperationTypeNode.SUBSCRIPTION) return null;
    const { document, problems } = checked!;
    const asClientsReadIt = (errors: readonly GraphQLError[]) =>
      errors.map((error) => toClientError(error, context.log).toJSON());
    if (problems.length > 0) return asClientsReadIt(problems);
    const given = variables ?? {};
    try {
      checkLimits(document, operation, given, { ...context.limits, complexity: context.limits.change });
      const { coerced, errors } = getVariableValues(schema, operation.variableDefinitions ?? [], given);
      if (coerced === undefined) return asClientsReadIt(errors);
      const key = rootKeyOf(schema, document, operation, coerced);
      const subscribing: SubscribingContext = { ...context, execute, variables: given };
      const stream = await createSourceEventStream({
        schema,
        document,
        operationName,
        variableValues: given,
        contextValue: subscribing,
      });
      if (!(Symbol.asyncIterator in stream)) return asClientsReadIt(stream.errors ?? []);
      return resultsOf(stream as Follower<ToldChange>, key, context);
    } catch (error) {
      if (error instanceof Refusal) return asClientsReadIt([new GraphQLError(error.message, { originalError: error })]);
      throw error;
    }
  };
}

function problemsOf(schema: GraphQLSchema, document: DocumentNode): readonly GraphQLError[] {
  try {
    return validate(schema, document);
  } catch (error) {
    // The rule about single fields fails itself where a directive on the field has a variable.
    if (error instanceof GraphQLError) return [error];
    throw error;
  }
}

/** The response key of the operation's only field. Validation counts fields too, but not what `@skip` leaves of them. */
function rootKeyOf(
  schema: GraphQLSchema,
  document: DocumentNode,
  operation: OperationDefinitionNode,
  variableValues: Readonly<Record<string, unknown>>,
): string {
  const fragments = document.definitions.filter((each) => each.kind === Kind.FRAGMENT_DEFINITION);
  const selecting = {
    schema,
    fragments: Object.fromEntries(fragments.map((fragment) => [fragment.name.value, fragment])),
    variableValues,
  };
  const keys = [...collectFields(selecting, schema.getSubscriptionType()!, [operation]).keys()];
  if (keys.length !== 1) throw new Refusal('VALIDATION_FAILED', 'A subscription selects exactly one field.');
  return keys[0]!;
}

function resultsOf(changes: Follower<ToldChange>, key: string, context: Context): Follower<FormattedExecutionResult> {
  return mapped(
    changes,
    (told) => new ChangeResult(key, told),
    (error) => {
      const place = { path: [key], originalError: error instanceof Error ? error : new Error(String(error)) };
      throw toClientError(new GraphQLError(place.originalError.message, place), context.log);
    },
  );
}

/** Built when somebody looks at it: a socket takes its text alone. */
class ChangeResult extends WritesItself {
  readonly #key: string;
  readonly #told: ToldChange;

  constructor(key: string, told: ToldChange) {
    super();
    this.#key = key;
    this.#told = told;
  }

  get data(): Record<string, unknown> {
    return { [this.#key]: this.#told.value };
  }

  get errors(): readonly GraphQLFormattedError[] | undefined {
    const { errors } = this.#told;
    if (errors.length === 0) return undefined;
    return errors.map((error) => ({ ...error, path: [this.#key, ...(error.path ?? [])] }));
  }

  text(): string {
    if (this.#told.errors.length > 0) return JSON.stringify(this);
    return `{"data":{"${this.#key}":${this.#told.text}}}`;
  }

  toJSON(): FormattedExecutionResult {
    const { data, errors } = this;
    return errors === undefined ? { data } : { data, errors };
  }
}

function tryTo<T>(work: () => T): T | null {
  try {
    return work();
  } catch {
    return null;
  }
}
