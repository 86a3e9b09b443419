import type { GatewayInterface, GatewaySchemaLoadOrUpdateCallback } from '@apollo/server-gateway-interface';
import { printSchema, type GraphQLSchema } from 'graphql';
import type { Context } from '../context.ts';
import type { Executor } from './execute.ts';

/** Our executor in Apollo Server: the gateway interface is its way to run operations by something other than graphql-js. */
export function createGateway(schema: GraphQLSchema, execute: Executor): GatewayInterface {
  const listeners = new Set<GatewaySchemaLoadOrUpdateCallback>();
  return {
    onSchemaLoadOrUpdate(callback) {
      listeners.add(callback);
      return () => listeners.delete(callback);
    },
    load() {
      for (const listener of listeners) listener({ apiSchema: schema, coreSupergraphSdl: printSchema(schema) });
      return Promise.resolve({
        // The operation that the client named: the engine's own `operationName` is null when the document has none of that name.
        executor: ({ document, request, context }) =>
          execute({
            document,
            operationName: request.operationName,
            variables: request.variables,
            context: context as Context,
          }),
      });
    },
    stop: () => Promise.resolve(),
  };
}
