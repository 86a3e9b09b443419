import autocannon from 'autocannon';
import { signOwnToken } from '../src/accounts/token-verifier.ts';
import { jwtKey } from '../src/database/keys.ts';
import type { Desk } from './desk.ts';
import { SECRET } from './world.ts';

export interface Polled {
  /** In a second. */
  rate: number;
  /** Milliseconds that half of them took at most. */
  latency: number;
}

const CONNECTIONS = 20;
/** How many of the viewers ask, one after the other. */
const VIEWERS = 200;
const QUERY = '{ documents(first: 50) { nodes { id title status priority version } } }';

/** As many polls as the server takes: the newest page of the list that subscribers follow, as one viewer after the other. */
export async function pollAll(url: string, { classes }: Desk, seconds: number): Promise<Polled> {
  const viewers = classes.flatMap(({ users }) => users.slice(0, Math.ceil(VIEWERS / classes.length)));
  const body = JSON.stringify({ query: QUERY });
  const requests = await Promise.all(
    viewers.map(async (viewer) => ({
      method: 'POST' as const,
      body,
      headers: {
        'content-type': 'application/json',
        authorization: `Bearer ${await signOwnToken(jwtKey(SECRET), viewer, 3600)}`,
      },
    })),
  );
  const {
    non2xx,
    errors,
    requests: rates,
    latency,
  } = await autocannon({ url, connections: CONNECTIONS, duration: seconds, requests });
  if (non2xx + errors > 0) throw new Error(`${non2xx} polls were refused, ${errors} failed.`);
  return { rate: rates.average, latency: latency.p50 };
}
