import { ApolloClient, ApolloLink, gql, HttpLink, InMemoryCache } from '@apollo/client';
import { GraphQLWsLink } from '@apollo/client/link/subscriptions';
import { OperationTypeNode } from 'graphql';
import type { Client } from 'graphql-ws';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { RunningServer } from '../../src/server/start-server.ts';
import { createDemoDatabase, type DemoDatabase } from '../demo/demo-database.ts';
import { serveDatabase } from '../server/serve-database.ts';
import { authorizationFor, followersOf, openClient } from './subscribing.ts';

let demo: DemoDatabase;
let server: RunningServer;
let sockets: Client;
let apollo: ApolloClient;
beforeAll(async () => {
  demo = await createDemoDatabase();
  server = await serveDatabase(demo);
  const cleo = { secret: demo.database.secret, user: demo.people.cleo! };
  sockets = openClient({ ...cleo, url: server.url });
  apollo = new ApolloClient({
    cache: new InMemoryCache(),
    link: ApolloLink.split(
      ({ operationType }) => operationType === OperationTypeNode.SUBSCRIPTION,
      new GraphQLWsLink(sockets),
      new HttpLink({ uri: `${server.url}/graphql`, headers: { authorization: await authorizationFor(cleo) } }),
    ),
  });
});
afterAll(async () => {
  apollo.stop();
  await sockets.dispose();
  await server.stop();
  await demo.drop();
});

const CHANGES = gql`
  subscription {
    processesChanged {
      kind
      id
      record {
        id
        responsible
      }
    }
  }
`;
const PROCESSES = gql`
  query {
    processes(first: 1, orderBy: [{ field: REFERENCE }], where: { endedAt: { isSet: false } }) {
      nodes {
        id
        responsible
      }
    }
  }
`;

interface Process {
  id: string;
  responsible: string | null;
}

test('Apollo Client: what changes elsewhere changes in the cache, and so on the screen', async () => {
  const kinds: string[] = [];
  const following = apollo
    .subscribe<{ processesChanged: { kind: string } }>({ query: CHANGES })
    .subscribe(({ data }) => void kinds.push(data!.processesChanged.kind));
  await followersOf(server.url, 1);
  const screen = apollo.watchQuery<{ processes: { nodes: Process[] } }>({ query: PROCESSES });
  const shown: (string | null | undefined)[] = [];
  const changed = new Promise<void>((resolve) => {
    screen.subscribe(({ data }) => {
      const process = (data as { processes?: { nodes: Process[] } } | undefined)?.processes?.nodes[0];
      if (process === undefined) return;
      shown.push(process.responsible);
      if (process.responsible === 'Changed elsewhere') resolve();
      else
        void demo.database.owner.query(`update ws_1.process set responsible = 'Changed elsewhere' where id = $1`, [
          atob(process.id).split(':')[2],
        ]);
    });
  });
  await changed;
  expect(shown.at(-1)).toBe('Changed elsewhere');
  expect(kinds).toEqual(['CHANGED']);
  following.unsubscribe();
  await followersOf(server.url, 0);
});
