import type { IncomingMessage } from 'node:http';
import { isIP } from 'node:net';

const LOOPBACK_NAMES = new Set(['localhost', '127.0.0.1', '[::1]']);

/** Whether a page of this origin may talk to us: our own pages may, others only when they are named in the settings. */
export function originAllowed(request: IncomingMessage, allowed: readonly string[]): boolean {
  const { origin, host } = request.headers;
  if (origin === undefined) return true; // not a browser's page
  if (allowed.includes(origin)) return true;
  return host !== undefined && hostOf(origin) === host.toLowerCase();
}

/**
 * Whether a request was made on this machine and addressed to it. The peer's address alone says too little: a proxy on this
 * machine, or a page whose name was rebound to 127.0.0.1, also comes from loopback, but under another name or origin.
 */
export function isLocal(request: IncomingMessage): boolean {
  const { origin, host } = request.headers;
  const forwarded = ['forwarded', 'x-forwarded-for', 'x-real-ip', 'via'].some((header) => header in request.headers);
  return (
    !forwarded &&
    isLoopbackAddress(request.socket.remoteAddress ?? '') &&
    host !== undefined &&
    LOOPBACK_NAMES.has(withoutPort(host.toLowerCase())) &&
    (origin === undefined || hostOf(origin) === host.toLowerCase())
  );
}

/** Whether a HOST setting keeps the server on this machine. */
export function isLoopbackHost(host: string): boolean {
  return host === 'localhost' || isLoopbackAddress(host);
}

function isLoopbackAddress(address: string): boolean {
  const plain = address.replace(/^::ffff:/, '');
  return plain === '::1' || (isIP(plain) === 4 && plain.startsWith('127.'));
}

function withoutPort(host: string): string {
  return host.replace(/:\d+$/, '');
}

function hostOf(origin: string): string | null {
  try {
    return new URL(origin).host;
  } catch {
    return null; // "null", the origin of sandboxed pages and files
  }
}
