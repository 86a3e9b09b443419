import type { Duplex } from 'node:stream';
import { CloseCode, type WebSocket as Transport } from 'graphql-ws';
import type { WebSocket } from 'ws';
import type { Log } from './log.ts';
import { withPayload } from './written-payload.ts';

/** Bytes that may wait in this process for a client to take them. */
const MOST_WAITING = 16_384;

/** A ws socket as graphql-ws's server takes it; `raw` is what it writes to. */
export function transportOf(socket: WebSocket, raw: Duplex, log: Log): Transport {
  let isGathering = false;

  /** What is told in the same moment leaves in one write, which is the dearest part of telling it. */
  function gather(): void {
    if (isGathering) return;
    isGathering = true;
    raw.cork();
    setImmediate(() => {
      isGathering = false;
      raw.uncork();
    });
  }

  return {
    protocol: socket.protocol,
    // Resolved at once, or when the operating system has taken the message: so a subscription goes at the pace of its client.
    send(data) {
      const message = withPayload(data);
      if (socket.readyState !== socket.OPEN) return;
      gather();
      if (socket.bufferedAmount < MOST_WAITING) {
        socket.send(message);
        return;
      }
      return new Promise((resolve, reject) => {
        socket.send(message, (error) => {
          if (error) reject(error);
          else resolve();
        });
      });
    },
    close: (code, reason) => {
      socket.close(code, reason);
    },
    onMessage: (handle) => {
      socket.on('message', (data) => {
        handle(asText(data)).catch((error: unknown) => {
          // What can't be sent because the socket is gone is no failure of ours.
          if (socket.readyState !== socket.OPEN) return;
          log.error({ err: error }, 'socket');
          socket.close(CloseCode.InternalServerError, 'Internal server error');
        });
      });
    },
  };
}

function asText(data: Buffer | ArrayBuffer | Buffer[]): string {
  if (Array.isArray(data)) return Buffer.concat(data).toString();
  return (data instanceof ArrayBuffer ? Buffer.from(data) : data).toString();
}
