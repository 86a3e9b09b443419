import { randomUUID } from 'node:crypto';
import { GraphQLError } from 'graphql';
import { asRefusal, Refusal } from '../access/refusals.ts';

/** Told of every error that clients get no details of. */
export type ErrorLog = (error: unknown, id: string) => void;

/** The one place where errors become what clients read: a refusal with its code and details, or INTERNAL with an id that the log has. */
export function toClientError(error: GraphQLError, log: ErrorLog): GraphQLError {
  const cause = asRefusal(error.originalError ?? error);
  const { nodes, source, positions, path } = error;
  const place = { nodes, source, positions, path };
  if (cause instanceof Refusal) {
    return new GraphQLError(cause.message, { ...place, extensions: { ...cause.details, code: cause.code } });
  }
  // graphql's own complaint about the operation or its variables says no more than the schema and the caller do.
  if (error.originalError === undefined && error.extensions.code === undefined) {
    return new GraphQLError(error.message, { ...place, extensions: { code: 'VALIDATION_FAILED' } });
  }
  const id = randomUUID();
  log(cause, id);
  return new GraphQLError(`Something went wrong on our side. Quote ${id} when asking about it.`, {
    ...place,
    extensions: { code: 'INTERNAL', id },
  });
}
