import type { DeliveryState } from '../delivery/delivery.ts';
import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client';

export interface Metrics {
  /** A finished HTTP request; seconds from its first byte to the last of the answer. */
  request(labels: { route: string; method: string; status: string }, seconds: number): void;
  /** An error that a GraphQL answer carries, by its code. */
  error(code: string): void;
  socketOpened(): void;
  socketClosed(): void;
  eventsOpened(): void;
  eventsClosed(): void;
  /** An operation that came over a WebSocket or is answered by events; for a subscription, how long it took to begin. */
  socketOperation(seconds: number): void;
  /** A change that a subscription told. */
  changeTold(): void;
  /** Everything in Prometheus's text form, and its content type. */
  print(): Promise<{ text: string; contentType: string }>;
  /** Ends the collection: a stopped server holds nothing. */
  stop(): void;
}

const BUCKETS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10];

/** Counters of one server, in a registry of its own. Labels have few values, and none names a person or a record. `delivery`: of now. */
export function createMetrics(delivery: () => DeliveryState | null): Metrics {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  const requests = new Histogram({
    name: 'rowplane_http_request_seconds',
    help: 'Time to answer an HTTP request',
    labelNames: ['route', 'method', 'status'],
    buckets: BUCKETS,
    registers: [registry],
  });
  const operations = new Histogram({
    name: 'rowplane_socket_operation_seconds',
    help: 'Time to answer an operation that came over a WebSocket or is answered by events, or to begin it',
    buckets: BUCKETS,
    registers: [registry],
  });
  const errors = new Counter({
    name: 'rowplane_graphql_errors_total',
    help: 'Errors in GraphQL answers, by code',
    labelNames: ['code'],
    registers: [registry],
  });
  const sockets = new Gauge({ name: 'rowplane_sockets', help: 'Open WebSockets', registers: [registry] });
  const streams = new Gauge({ name: 'rowplane_event_streams', help: 'Open answers by events', registers: [registry] });
  const changes = new Counter({
    name: 'rowplane_changes_told_total',
    help: 'Changes that subscriptions told',
    registers: [registry],
  });
  const of = (name: string, help: string, value: (state: DeliveryState) => number) =>
    new Gauge({
      name,
      help,
      registers: [registry],
      collect() {
        const state = delivery();
        this.set(state === null ? 0 : value(state));
      },
    });
  of('rowplane_followers', 'Open subscriptions', ({ followers }) => followers);
  of(
    'rowplane_follower_groups',
    'Subscriptions that differ: those which get the same share one',
    ({ groups }) => groups,
  );
  of(
    'rowplane_changes_behind_seconds',
    'How long ago the moment was up to which subscriptions have been told everything; 0 while nothing is left to tell',
    ({ behind }) => behind / 1000,
  );
  of('rowplane_followed_records', 'Ids of records that followed lists hold', ({ held }) => held);

  return {
    request: (labels, seconds) => {
      requests.observe(labels, seconds);
    },
    error: (code) => {
      errors.inc({ code });
    },
    socketOpened: () => {
      sockets.inc();
    },
    socketClosed: () => {
      sockets.dec();
    },
    eventsOpened: () => {
      streams.inc();
    },
    eventsClosed: () => {
      streams.dec();
    },
    socketOperation: (seconds) => {
      operations.observe(seconds);
    },
    changeTold: () => {
      changes.inc();
    },
    print: async () => ({ text: await registry.metrics(), contentType: registry.contentType }),
    stop: () => {
      registry.clear();
    },
  };
}
