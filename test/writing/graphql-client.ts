import { parse, validate } from 'graphql';
import { contextFactory } from '../../src/graphql/context.ts';
import { createSchema } from '../../src/graphql/create-schema.ts';
import { createExecutor } from '../../src/graphql/executor/execute.ts';
import { encodeId, recordId } from '../../src/graphql/global-id.ts';
import type { Person, Vault } from '../attack/vault.ts';

/** An answer of the API; errors by their codes and details. */
export interface Answer {
  data: Record<string, never> | null | undefined;
  errors: Record<string, unknown>[];
  messages: string[];
}

export type Ask = (document: string, variables?: Record<string, unknown>) => Promise<Answer>;

/** The GraphQL API of a vault: who asks, and the ids that it speaks in. */
export function graphqlOf(vault: Vault) {
  const schema = createSchema(vault.definitions);
  const execute = createExecutor(schema);
  const unexpected: unknown[] = [];
  const contextOf = contextFactory({
    viewers: vault.viewers,
    administrators: null,
    definitions: vault.definitions,
    secret: vault.database.secret,
    log: (error) => unexpected.push(error),
  });
  const askAs =
    (id: string): Ask =>
    async (source, variables = {}) => {
      const document = parse(source);
      const invalid = validate(schema, document);
      if (invalid.length > 0) throw invalid[0]!;
      const { data, errors = [] } = await execute({ document, variables, context: contextOf({ id }, 'test') });
      return {
        data: data as Answer['data'],
        errors: errors.map(({ extensions }) => ({ ...extensions })),
        messages: errors.map(({ message }) => message),
      };
    };
  return {
    /** What the log was told of and clients weren't. */
    unexpected,
    as: (person: Person) => askAs(vault.people[person].id),
    askAs,
    paper: (uuid: string) => recordId('Paper', vault.workspace, uuid),
    archive: (name: keyof Vault['archives']) => encodeId('Archive', vault.archives[name]),
    client: (name: keyof Vault['clients']) => encodeId('Client', vault.clients[name]),
    folder: (uuid: string) => encodeId('Folder', uuid),
  };
}
