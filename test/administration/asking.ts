import { parse, validate } from 'graphql';
import { expect } from 'vitest';
import { openAdministrators } from '../../src/access/administrators.ts';
import { viewerTokenKey } from '../../src/database/keys.ts';
import { contextFactory } from '../../src/graphql/context.ts';
import type { Office } from '../support/office.ts';

// eslint-disable-next-line @typescript-eslint/no-explicit-any -- an answer is as deep as what was asked
export type Data = Record<string, any>;

/** An office's API with a connection for administration. */
export interface Asking {
  /** Runs an operation as someone; its data, or its errors' codes and details. */
  run(viewer: string, source: string, variables?: Data): Promise<{ data: Data | null; errors: Data[] }>;
  /** The same where no error is expected. */
  data(viewer: string, source: string, variables?: Data): Promise<Data>;
  end(): Promise<void>;
}

export function openAsking({ database, viewers, definitions, schema, execute }: Office): Asking {
  const administrators = openAdministrators({ url: database.adminUrl, key: viewerTokenKey(database.secret) });
  const contextOf = contextFactory({ viewers, administrators, definitions, secret: database.secret });
  const run: Asking['run'] = async (viewer, source, variables = {}) => {
    const document = parse(source);
    expect(validate(schema, document).map(({ message }) => message)).toEqual([]);
    const { data, errors = [] } = await execute({ document, variables, context: contextOf({ id: viewer }, 'test') });
    return {
      data: JSON.parse(JSON.stringify(data ?? null)) as Data | null,
      errors: errors.map((error) => ({ ...error.extensions, path: error.path })),
    };
  };
  return {
    run,
    async data(viewer, source, variables) {
      const answer = await run(viewer, source, variables);
      expect(answer.errors).toEqual([]);
      return answer.data!;
    },
    end: () => administrators.end(),
  };
}
