import { connect } from '@nats-io/transport-node';
import { CONNECT_TIMEOUT, PING_INTERVAL, type WireOptions, type Wire } from './wire.ts';

/** `nats://` or `tls://`, with `user:password@` or `:token@`. */
export async function openNats({ url, channel, onMessage }: WireOptions): Promise<Wire> {
  const [user, password] = [decodeURIComponent(url.username), decodeURIComponent(url.password)];
  const connection = await connect({
    servers: url.host,
    name: 'rowplane',
    ...(user ? { user, pass: password } : password ? { token: password } : {}),
    ...(url.protocol === 'tls:' ? { tls: {} } : {}),
    reconnect: false,
    timeout: CONNECT_TIMEOUT,
    pingInterval: PING_INTERVAL,
  });
  connection.subscribe(channel, {
    callback: (error, message) => {
      if (error === null) onMessage(message.string());
    },
  });
  try {
    // Whoever may not subscribe is told so before the answer to this.
    await connection.flush();
  } catch (error) {
    await connection.close();
    throw error;
  }
  return {
    send(message) {
      if (!connection.isClosed()) connection.publish(channel, message);
    },
    lost: connection
      .closed()
      .then((error) => (error instanceof Error ? error : new Error('The connection was closed.'))),
    close: () => connection.close(),
  };
}
