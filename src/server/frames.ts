/** The first byte of a frame that holds a whole text message, not compressed (RFC 6455, 5.2). */
const TEXT = '\x81';

/** Asks for a sign of life (5.5.2), with nothing to say back. */
export const PING_FRAME = '\x89\0';

/** A text message as the one frame in which a server sends it. Each character is a byte, as of the encoding latin1. */
export function textFrame(message: string): string {
  const length = Buffer.byteLength(message);
  const bytes = length === message.length ? message : Buffer.from(message).toString('latin1');
  return `${TEXT}${lengthOf(length)}${bytes}`;
}

/** Without the bit that says that a mask follows: only clients mask. */
function lengthOf(length: number): string {
  if (length < 126) return String.fromCharCode(length);
  if (length < 65_536) return String.fromCharCode(126, length >> 8, length & 255);
  const head = Buffer.alloc(9);
  head[0] = 127;
  head.writeBigUInt64BE(BigInt(length), 1);
  return head.toString('latin1');
}
