import {
  ApolloServer,
  type ApolloServerOptions,
  type ApolloServerOptionsWithGateway,
  type BaseContext,
} from '@apollo/server';
import {
  ApolloServerPluginCacheControlDisabled,
  ApolloServerPluginInlineTraceDisabled,
  ApolloServerPluginLandingPageDisabled,
  ApolloServerPluginSchemaReportingDisabled,
  ApolloServerPluginUsageReportingDisabled,
} from '@apollo/server/plugin/disabled';
import type { GraphQLSchema } from 'graphql';
import type { Log } from './log.ts';

/** What the GraphQL part gives the server: a schema, or an executor with its schema, and its own limits and error forms. */
export type GraphqlParts = (
  { schema: GraphQLSchema; gateway?: undefined } | Pick<ApolloServerOptionsWithGateway<BaseContext>, 'gateway'>
) &
  Pick<
    ApolloServerOptions<BaseContext>,
    'validationRules' | 'parseOptions' | 'formatError' | 'plugins' | 'stringifyResult'
  >;

/** The one engine that both doors, HTTP and WebSocket, run operations with. */
export async function startApollo(parts: GraphqlParts, log: Log, onError: (code: string) => void) {
  const { formatError, plugins = [], ...rest } = parts;
  const apollo = new ApolloServer<BaseContext>({
    ...rest,
    formatError: (formatted, error) => {
      const told = formatError ? formatError(formatted, error) : formatted;
      onError(typeof told.extensions?.code === 'string' ? told.extensions.code : 'INTERNAL');
      return told;
    },
    // Whatever APOLLO_KEY and NODE_ENV say: nothing is reported elsewhere, nothing is told about our insides.
    plugins: [
      ...plugins,
      ApolloServerPluginUsageReportingDisabled(),
      ApolloServerPluginSchemaReportingDisabled(),
      ApolloServerPluginInlineTraceDisabled(),
      ApolloServerPluginLandingPageDisabled(),
      ApolloServerPluginCacheControlDisabled(),
    ],
    includeStacktraceInErrorResponses: false,
    introspection: true,
    persistedQueries: false,
    allowBatchedHttpRequests: false,
    stopOnTerminationSignals: false,
    // Identity is a bearer token, which browsers never add by themselves, and bodies must be JSON: there is nothing to forge.
    csrfPrevention: false,
    logger: {
      debug: (message: string) => {
        log.debug(message);
      },
      info: (message: string) => {
        log.info(message);
      },
      warn: (message: string) => {
        log.warn(message);
      },
      error: (message: string) => {
        log.error(message);
      },
    },
  });
  await apollo.start();
  return apollo;
}

export type Apollo = Awaited<ReturnType<typeof startApollo>>;
