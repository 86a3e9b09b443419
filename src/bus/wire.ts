/** One connection to a bus, as long as it lasts. */
export interface Wire {
  /** Sends to all who are connected to the same channel, itself perhaps included. What can't be sent is dropped. */
  send(message: string): void;
  /** Resolves once the connection is gone, with what ended it. */
  readonly lost: Promise<Error>;
  close(): Promise<void>;
}

export interface WireOptions {
  url: URL;
  channel: string;
  onMessage: (message: string) => void;
}

/** Rejects if there is no connection within some seconds. It is not opened again by itself. */
export type OpenWire = (options: WireOptions) => Promise<Wire>;

/** Milliseconds. */
export const CONNECT_TIMEOUT = 5_000;
export const PING_INTERVAL = 10_000;
