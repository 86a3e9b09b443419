// Many light-weight subscribers in one process: real WebSockets, graphql-transport-ws, nothing kept but when what arrived.
import { setTimeout as sleep } from 'node:timers/promises';
import { WebSocket } from 'ws';
import { signOwnToken } from '../src/accounts/token-verifier.ts';
import { jwtKey } from '../src/database/keys.ts';
import { clock, type Answer, type Expected, type Judgement, type Order, type Person } from './subscriber-messages.ts';

const AT_ONCE = 25;

interface Connected {
  person: Person;
  /** Among those who hear the same. */
  place: number;
  socket: WebSocket;
}

interface Arrivals {
  times: number[];
  /** How often each of those who hear the same was told. */
  counts: Uint8Array;
}

const connections: Connected[] = [];
const sizes = new Map<string, number>();
const arrivals = new Map<string, Arrivals>();
let arrived = 0;
let failure: string | null = null;

async function connect({ url, secret, people, query }: Extract<Order, { do: 'connect' }>): Promise<void> {
  const left = people.values();
  const worker = async () => {
    for (const person of left) {
      const authorization = `Bearer ${await signOwnToken(jwtKey(secret), person.id, 7200)}`;
      const socket = new WebSocket(url, 'graphql-transport-ws', { perMessageDeflate: false });
      const place = sizes.get(person.hears) ?? 0;
      sizes.set(person.hears, place + 1);
      const connected = { person, place, socket };
      await open(connected, authorization);
      connections.push(connected);
      send(socket, { id: '1', type: 'subscribe', payload: { query } });
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
}

function open(connected: Connected, authorization: string): Promise<void> {
  const { socket } = connected;
  return new Promise((resolve, reject) => {
    socket.on('error', reject);
    socket.on('close', (code, reason) => {
      failure ??= `A socket closed: ${code} ${reason.toString()}`;
      reject(new Error(failure));
    });
    socket.on('open', () => send(socket, { type: 'connection_init', payload: { authorization } }));
    socket.on('message', (data) => {
      const text = (data as Buffer).toString();
      if (text.includes('"type":"next"')) hear(connected, text);
      else if (text.includes('"type":"connection_ack"')) resolve();
      else if (text.includes('"type":"ping"')) send(socket, { type: 'pong' });
      else failure ??= text;
    });
  });
}

const send = (socket: WebSocket, message: object): void => socket.send(JSON.stringify(message));

/** Cheap, since this shares the processors with what is measured: no JSON is parsed. */
function hear({ person, place }: Connected, text: string): void {
  const now = clock();
  const note = valueAfter(text, '"note":"');
  const key = note ?? `${valueAfter(text, '"kind":"')} ${valueAfter(text, '"id":"', text.indexOf('"kind":"'))}`;
  const name = `${person.hears} ${key}`;
  let all = arrivals.get(name);
  if (all === undefined) arrivals.set(name, (all = { times: [], counts: new Uint8Array(sizes.get(person.hears)!) }));
  all.times.push(now);
  all.counts[place]!++;
  arrived++;
}

function valueAfter(text: string, mark: string, from = 0): string | null {
  const start = text.indexOf(mark, from);
  return start < 0 ? null : text.slice(start + mark.length, text.indexOf('"', start + mark.length));
}

function judge(expected: readonly Expected[]): Judgement {
  const latencies: number[] = [];
  let lost = 0;
  let doubled = 0;
  for (const { hears, key, committed } of expected) {
    const size = sizes.get(hears);
    if (size === undefined) continue;
    const name = `${hears} ${key}`;
    const all = arrivals.get(name);
    arrivals.delete(name);
    if (all === undefined) lost += size;
    for (const count of all?.counts ?? []) {
      if (count === 0) lost++;
      else doubled += count - 1;
    }
    for (const time of all?.times ?? []) latencies.push(time - committed);
  }
  const strange = [...arrivals.values()].reduce((sum, { times }) => sum + times.length, 0);
  return { latencies: Float64Array.from(latencies), lost, doubled, strange };
}

async function obey(order: Order): Promise<Answer> {
  if (failure !== null) return { failure };
  switch (order.do) {
    case 'connect':
      await connect(order);
      return { done: true };
    case 'subscribe':
      // As people come, not all in one moment.
      for (const [index, { socket }] of connections.entries()) {
        send(socket, { id: '2', type: 'subscribe', payload: { query: order.query } });
        if (index % AT_ONCE === 0) await sleep(500);
      }
      return { done: true };
    case 'count':
      return { arrived };
    case 'judge':
      return judge(order.expected);
    case 'forget':
      arrivals.clear();
      arrived = 0;
      return { done: true };
  }
}

process.on('message', (order: Order) => {
  obey(order)
    .catch((error: unknown): Answer => ({ failure: String(error) }))
    .then((answer) => process.send!(answer))
    .catch(() => process.exit(1));
});
process.on('disconnect', () => process.exit(0));
