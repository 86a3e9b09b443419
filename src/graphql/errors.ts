import { randomUUID } from 'node:crypto';
import { GraphQLError, type GraphQLFormattedError } from 'graphql';
import { asRefusal, Refusal } from '../access/refusals.ts';
import { encodeId } from './global-id.ts';

/** Told of every error that clients get no details of. */
export type ErrorLog = (error: unknown, id: string) => void;

/** The one place where errors become what clients read: a refusal with its code and details, or INTERNAL with an id that the log has. */
export function toClientError(error: GraphQLError, log: ErrorLog): GraphQLError {
  const cause = asRefusal(error.originalError ?? error);
  const { nodes, source, positions, path } = error;
  const place = { nodes, source, positions, path };
  if (cause instanceof Refusal) {
    return new GraphQLError(cause.message, {
      ...place,
      extensions: { ...withGlobalIds(cause.details), code: cause.code },
    });
  }
  if (isAboutTheRequest(error)) {
    return new GraphQLError(error.message, { ...place, extensions: { code: 'VALIDATION_FAILED' } });
  }
  const id = randomUUID();
  log(cause, id);
  const { message, extensions } = internalError(id);
  return new GraphQLError(message, { ...place, extensions });
}

/** All that clients read of what failed on our side: the log has the rest, under this id. */
export function internalError(id: string): GraphQLFormattedError & { extensions: { code: 'INTERNAL'; id: string } } {
  return {
    message: `Something went wrong on our side. Quote ${id} when asking about it.`,
    extensions: { code: 'INTERNAL', id },
  };
}

/** The database names workspaces by their numbers. */
function withGlobalIds(details: Refusal['details']): Refusal['details'] {
  const workspace = details?.workspace;
  return typeof workspace === 'number' ? { ...details, workspace: encodeId('Workspace', workspace) } : details;
}

/** Whether graphql itself complains about the operation, its variables or arguments; that says no more than the schema and the caller do. */
function isAboutTheRequest({ path, originalError }: GraphQLError): boolean {
  // Only what happens in a field has a path, and of graphql's own errors there only those about arguments know their place.
  return path === undefined || (originalError instanceof GraphQLError && originalError.nodes !== undefined);
}
