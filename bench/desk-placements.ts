import { Agent, request } from 'node:http';
import { signOwnToken } from '../src/accounts/token-verifier.ts';
import { jwtKey } from '../src/database/keys.ts';
import { encodeId, recordId } from '../src/graphql/global-id.ts';
import { atRate } from './desk-changes.ts';
import type { Desk } from './desk.ts';
import { clock } from './subscriber-messages.ts';
import { SECRET } from './world.ts';

export interface Placed {
  note: string;
  /** The class of sender and recipient. */
  to: number;
  /** Milliseconds from the request to its answer. */
  took: number;
  answered: number;
}

const PLACE = 'mutation ($input: PlaceInMailboxInput!) { placeInMailbox(input: $input) { placed } }';

/** Places records in mailboxes through the server, each time by another one, of another one, for another one. */
export async function placeEntries(
  url: string,
  { workspace, classes }: Desk,
  { seconds, rate }: { seconds: number; rate: number },
): Promise<Placed[]> {
  const agent = new Agent({ keepAlive: true });
  const placed: Placed[] = [];
  await atRate(seconds, rate, async (number) => {
    const to = number % classes.length;
    const turn = Math.floor(number / classes.length);
    const { users, records } = classes[to]!;
    const authorization = `Bearer ${await signOwnToken(jwtKey(SECRET), users[turn % users.length]!, 600)}`;
    const note = `placement ${number}`;
    const input = {
      // The last ones: no change has touched them.
      records: [recordId('Document', workspace, records.at(-1 - (turn % 50))!)],
      recipients: [encodeId('User', users[(turn + 1) % users.length]!)],
      note,
    };
    const start = clock();
    const answer = await post(agent, url, authorization, JSON.stringify({ query: PLACE, variables: { input } }));
    const answered = clock();
    if (!answer.includes('"placed":1')) throw new Error(`A placement was answered: ${answer}`);
    placed.push({ note, to, took: answered - start, answered });
  });
  agent.destroy();
  return placed;
}

function post(agent: Agent, url: string, authorization: string, body: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const asked = request(
      url,
      { agent, method: 'POST', headers: { authorization, 'content-type': 'application/json' } },
      (response) => {
        let text = '';
        response.setEncoding('utf8');
        response.on('data', (chunk: string) => (text += chunk));
        response.once('end', () => resolve(text));
      },
    );
    asked.once('error', reject);
    asked.end(body);
  });
}
