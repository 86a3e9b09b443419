import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { throttled } from './throttle.ts';
import type { OpenWire, Wire } from './wire.ts';

/**
 * Tells the processes of a deployment of each other's commits, so that they look at once instead of at their next poll.
 * It carries no content, and what it carries is not believed: a message makes a process look, and a lost one delays.
 */
export interface Bus {
  /** Something was committed here. */
  tell(): void;
  end(): Promise<void>;
}

export interface BusOptions {
  /** `nats://`, `tls://`, `redis://`, `rediss://`. */
  url: string;
  /** Processes with the same one hear each other. */
  channel: string;
  /** Something may have been committed elsewhere. */
  onNews: () => void;
  /** Told once when there is no connection, until there is one again. */
  onLost?: (error: unknown) => void;
  /** Told when there is one, after it was lost. */
  onBack?: () => void;
}

/** Milliseconds between two messages, and between two looks that messages cause: however many come. */
const LEAST_PAUSE = 20;
const LONGEST_PAUSE = 2_000;

/** Opens a bus, and opens its connection again whenever it is lost. */
export function openBus({ url, channel, onNews, onLost, onBack }: BusOptions): Bus {
  const me = randomUUID();
  const news = throttled(onNews, LEAST_PAUSE);
  const outgoing = throttled(() => wire?.send(me), LEAST_PAUSE);
  const stop = new AbortController();
  let wire: Wire | null = null;
  let failures = 0;

  async function connectOnce(): Promise<void> {
    const open = await wayTo(url);
    const opened = await open({
      url: new URL(url),
      channel,
      onMessage: (from) => {
        if (from !== me) news.ask();
      },
    });
    if (stop.signal.aborted) return opened.close();
    wire = opened;
    if (failures > 0) onBack?.();
    failures = 0;
    // What was told while there was no connection was lost in both directions.
    news.ask();
    outgoing.ask();
    const reason = await opened.lost;
    wire = null;
    throw reason;
  }

  async function run(): Promise<void> {
    while (!stop.signal.aborted) {
      try {
        await connectOnce();
      } catch (error) {
        if (stop.signal.aborted) return;
        if (++failures === 1) onLost?.(error);
        const pause = Math.min(LONGEST_PAUSE, 50 * 2 ** failures);
        await sleep(pause * (0.5 + Math.random() / 2), undefined, { signal: stop.signal }).catch(() => undefined);
      }
    }
  }
  void run();

  return {
    tell: () => outgoing.ask(),
    async end() {
      stop.abort();
      outgoing.stop();
      news.stop();
      await wire?.close().catch(() => undefined);
    },
  };
}

/** The client library is loaded only where it is used. */
async function wayTo(url: string): Promise<OpenWire> {
  return url.startsWith('redis') ? (await import('./redis.ts')).openRedis : (await import('./nats.ts')).openNats;
}
