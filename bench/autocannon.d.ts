declare module 'autocannon' {
  interface Options {
    url: string;
    connections: number;
    /** Seconds. */
    duration: number;
    /** Asked one after the other, on each connection. */
    requests: { method: 'POST'; headers: Record<string, string>; body: string }[];
  }
  interface Result {
    non2xx: number;
    errors: number;
    requests: { average: number };
    latency: { p50: number };
  }
  export default function autocannon(options: Options): Promise<Result>;
}
