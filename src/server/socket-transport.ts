import { CloseCode, type WebSocket as Transport } from 'graphql-ws';
import type { WebSocket } from 'ws';
import type { Log } from './log.ts';
import { withPayload } from './written-payload.ts';

/** A ws socket as graphql-ws's server takes it. */
export function transportOf(socket: WebSocket, log: Log): Transport {
  return {
    protocol: socket.protocol,
    // Resolved when the operating system has taken the message: so a subscription goes at the pace of its client.
    send(data) {
      const message = withPayload(data);
      return new Promise((resolve, reject) => {
        if (socket.readyState !== socket.OPEN) resolve();
        else
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
