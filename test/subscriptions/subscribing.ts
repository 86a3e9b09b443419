import { createClient, type Client, type ExecutionResult } from 'graphql-ws';
import { WebSocket } from 'ws';
import { signOwnToken } from '../../src/accounts/token-verifier.ts';
import { jwtKey } from '../../src/database/keys.ts';

/** Where a client connects, as whom. */
export interface Connecting {
  url: string;
  secret: string;
  user: string;
  /** Seconds that the token is good for. */
  seconds?: number;
}

export function authorizationFor({ secret, user, seconds = 3600 }: Omit<Connecting, 'url'>): Promise<string> {
  return signOwnToken(jwtKey(secret), user, seconds).then((token) => `Bearer ${token}`);
}

/** A client of the library that frontends use, which doesn't connect again by itself. */
export function openClient(connecting: Connecting): Client {
  return createClient({
    url: `${connecting.url.replace('http', 'ws')}/graphql`,
    webSocketImpl: WebSocket,
    connectionParams: async () => ({ authorization: await authorizationFor(connecting) }),
    retryAttempts: 0,
  });
}

/** What a subscription tells, in order, and how it ended. */
export interface Heard<T> {
  results: T[];
  /** Resolves with the first so many results; fails if it ends before. */
  first(count: number): Promise<T[]>;
  ended: Promise<unknown>;
  stop(): void;
}

export function listen<T = Record<string, unknown>>(
  client: Client,
  query: string,
  variables: Record<string, unknown> = {},
): Heard<T> {
  const results: T[] = [];
  const waiting = new Set<() => void>();
  let over = false;
  let stop: () => void = () => undefined;
  const wake = () => {
    for (const each of waiting) each();
  };
  const ended = new Promise<unknown>((resolve) => {
    const end = (why?: unknown) => {
      over = true;
      resolve(why);
      wake();
    };
    stop = client.subscribe<Record<string, unknown>>(
      { query, variables },
      {
        next({ data, errors }: ExecutionResult) {
          if (errors !== undefined) console.error(JSON.stringify(errors));
          results.push(Object.values(data!)[0] as T);
          wake();
        },
        error: end,
        complete: end,
      },
    );
  });
  return {
    results,
    ended,
    stop: () => {
      stop();
    },
    async first(count) {
      while (results.length < count) {
        if (over)
          throw new Error(`It ended after ${results.length} of ${count} results: ${JSON.stringify(await ended)}`);
        await new Promise<void>((resolve) => {
          waiting.add(resolve);
        });
        waiting.clear();
      }
      return results.slice(0, count);
    },
  };
}

/** Waits until a server has so many subscriptions that have begun, those of access apart. */
export async function followersOf(url: string, count: number): Promise<void> {
  const latest = Date.now() + 5000;
  for (;;) {
    const text = await (await fetch(`${url}/metrics`)).text();
    const followers = Number(/^rowplane_followers (.*)$/m.exec(text)?.[1]);
    if (followers === count) return;
    if (Date.now() > latest) throw new Error(`There are ${followers} followers instead of ${count}.`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
