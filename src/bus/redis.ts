import { createClient } from '@redis/client';
import { CONNECT_TIMEOUT, PING_INTERVAL, type WireOptions, type Wire } from './wire.ts';

/** `redis://` or `rediss://`, with `user:password@` or `:password@`. Valkey speaks the same. */
export async function openRedis({ url, channel, onMessage }: WireOptions): Promise<Wire> {
  const client = createClient({
    url: url.href,
    name: 'rowplane',
    disableOfflineQueue: true,
    pingInterval: PING_INTERVAL,
    socket: { reconnectStrategy: false, connectTimeout: CONNECT_TIMEOUT, socketTimeout: 3 * PING_INTERVAL },
  });
  const lost = new Promise<Error>((resolve) => {
    client.once('error', resolve);
    client.once('end', () => resolve(new Error('The connection was closed.')));
  });
  // More errors than one would take the process with them.
  client.on('error', () => undefined);
  try {
    await client.connect();
    await client.subscribe(channel, onMessage);
  } catch (error) {
    client.destroy();
    throw error;
  }
  return {
    send(message) {
      client.publish(channel, message).catch(() => undefined);
    },
    lost,
    close: async () => {
      if (client.isOpen) await client.close();
    },
  };
}
