import type { Duplex } from 'node:stream';
import { CloseCode, type WebSocket as Transport } from 'graphql-ws';
import type { WebSocket } from 'ws';
import type { Log } from './log.ts';
import { whenThisMomentIsOver } from './moment.ts';
import { PING_FRAME, textFrame } from './frames.ts';
import { inTurnById } from './operation-turns.ts';
import { withPayload } from './written-payload.ts';

/** A socket as graphql-ws's server takes it, and the short way for what is ready to be sent. */
export interface SocketTransport extends Transport {
  /** Whether it is open, and its client takes what it is sent: less than `MOST_WAITING` waits for it. */
  readonly isFlowing: boolean;
  /** Sends a message. For whoever asked whether it flows. */
  sendAtOnce(message: string): void;
  /** Asks the peer whether it is there. */
  ping(): void;
  close(code: number, reason: string): void;
}

/** Bytes that may wait in this process for a client to take them. */
const MOST_WAITING = 16_384;

/** `raw` is what the ws socket writes to. It may be closed, and sent to, by way of the transport alone. */
export function transportOf(socket: WebSocket, raw: Duplex, log: Log): SocketTransport {
  /** Frames of this moment. They leave in one write, which is the dearest part of telling anybody anything. */
  let frames = '';

  function leave(): void {
    const all = frames;
    frames = '';
    // Nothing may come after the frame that closes.
    if (all !== '' && socket.readyState === socket.OPEN) raw.write(all, 'latin1');
  }

  /** Not by way of ws, which writes the head of a frame by itself: its own frames come before or after these, whole. */
  function add(frame: string): void {
    if (frames === '') whenThisMomentIsOver(leave);
    frames += frame;
  }

  const transport: SocketTransport = {
    protocol: socket.protocol,
    get isFlowing() {
      return socket.readyState === socket.OPEN && frames.length + socket.bufferedAmount < MOST_WAITING;
    },
    sendAtOnce(message) {
      add(textFrame(message));
    },
    ping() {
      if (socket.readyState === socket.OPEN) add(PING_FRAME);
    },
    // Resolved at once, or when the operating system has taken the message: so a subscription goes at the pace of its client.
    send(data) {
      const message = withPayload(data);
      if (transport.isFlowing) {
        transport.sendAtOnce(message);
        return;
      }
      if (socket.readyState !== socket.OPEN) return;
      leave();
      return new Promise((resolve, reject) => {
        socket.send(message, (error) => {
          if (error) reject(error);
          else resolve();
        });
      });
    },
    close(code, reason) {
      leave();
      socket.close(code, shortened(reason));
    },
    onMessage: (handle) => {
      const take = inTurnById(handle, {
        isOpen: () => socket.readyState === socket.OPEN,
        refuseDuplicate: (id) => {
          transport.close(CloseCode.SubscriberAlreadyExists, `Subscriber for ${id} already exists`);
        },
      });
      socket.on('message', (data) => {
        // What a client asks is read no faster than it takes the answers: else any amount of those would wait here.
        if (raw.writableNeedDrain && !socket.isPaused) {
          socket.pause();
          raw.once('drain', () => {
            socket.resume();
          });
        }
        take(asText(data)).catch((error: unknown) => {
          // What can't be sent because the socket is gone is no failure of ours.
          if (socket.readyState !== socket.OPEN) return;
          log.error({ err: error }, 'socket');
          transport.close(CloseCode.InternalServerError, 'Internal server error');
        });
      });
    },
  };
  return transport;
}

/** A close frame has room for 123 bytes (RFC 6455, 5.5), and ws throws where they don't do, once it calls itself closing. */
function shortened(reason: string): string {
  return Buffer.byteLength(reason) <= 123 ? reason : `${reason.slice(0, 40)}…`;
}

function asText(data: Buffer | ArrayBuffer | Buffer[]): string {
  if (Array.isArray(data)) return Buffer.concat(data).toString();
  return (data instanceof ArrayBuffer ? Buffer.from(data) : data).toString();
}
