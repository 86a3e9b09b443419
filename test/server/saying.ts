import { afterAll, beforeAll } from 'vitest';
import { WebSocket } from 'ws';
import type { RunningServer } from '../../src/server/start-server.ts';
import { startTinyServer } from './tiny-server.ts';

export const INIT = { type: 'connection_init' };
export const TICKS = { id: '1', type: 'subscribe', payload: { query: 'subscription { ticks }' } };

export interface Closed {
  code: number;
  received: Record<string, unknown>[];
}

export const addressOf = ({ url }: RunningServer) => `${url.replace('http', 'ws')}/graphql`;

/** A server for the tests of a file, which takes no frames beyond 20,000 bytes. */
export function useServer() {
  let server: RunningServer;
  beforeAll(async () => {
    server = await startTinyServer({ sizeLimit: 20_000 });
  });
  afterAll(() => server.stop());
  return {
    address: () => addressOf(server),
    say: (messages: unknown[], running = server) => say(addressOf(running), messages),
  };
}

/** Says these things on a raw socket, each when the one before was answered or needs no answer, and tells how the server closed it. */
function say(address: string, messages: unknown[]): Promise<Closed> {
  return new Promise((resolve) => {
    const socket = new WebSocket(address, 'graphql-transport-ws');
    const received: Record<string, unknown>[] = [];
    const rest = [...messages];
    const next = () => {
      while (rest.length > 0) {
        const message = rest.shift();
        socket.send(typeof message === 'string' ? message : JSON.stringify(message));
        if ((message as { type?: string }).type === 'connection_init') return;
      }
    };
    socket.on('open', next);
    socket.on('message', (data: Buffer) => {
      received.push(JSON.parse(data.toString()) as Record<string, unknown>);
      if (received.at(-1)!.type === 'connection_ack') next();
    });
    socket.on('close', (code) => {
      resolve({ code, received });
    });
    socket.on('error', () => undefined);
  });
}

export async function until(fact: () => boolean): Promise<void> {
  while (!fact()) await new Promise((resolve) => setTimeout(resolve, 10));
}
