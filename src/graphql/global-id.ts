import { isUuid } from '../database/uuid.ts';

/**
 * Global ids (Relay): base64url of `Type:part[:part]`, `Process:3:<uuid>` for records (the number is the workspace), `Archive:<uuid>`, `Plane:7` for others.
 * They are opaque to clients and hold nothing that the client wasn't shown.
 */
export interface GlobalId {
  type: string;
  /** What identifies it within its type: `[workspace, uuid]` for records, `[id]` for everything else. */
  parts: string[];
}

const TYPE = /^[A-Z][A-Za-z0-9]{0,59}$/;
const NUMBER = /^[1-9][0-9]{0,9}$/;
const MAX_LENGTH = 200;
const MAX_INT = 2_147_483_647;

export function encodeId(type: string, ...parts: (string | number)[]): string {
  // These are letters, digits, `:` and `-`, none of which gives the two characters in which base64 and base64url differ.
  const text = btoa(`${type}:${parts.join(':')}`);
  return text.endsWith('==') ? text.slice(0, -2) : text.endsWith('=') ? text.slice(0, -1) : text;
}

/** The id of a record: its type's GraphQL name, its workspace and its uuid. */
export function recordId(type: string, workspace: number, uuid: string): string {
  return encodeId(type, workspace, uuid);
}

/** What an id means, or null if it isn't one of ours. Only the one spelling that `encodeId` gives is accepted. */
export function decodeId(id: string): GlobalId | null {
  if (id.length > MAX_LENGTH) return null;
  const text = Buffer.from(id, 'base64url').toString('latin1');
  const [type = '', ...parts] = text.split(':');
  if (!TYPE.test(type) || parts.length === 0 || parts.length > 2 || encodeId(type, ...parts) !== id) return null;
  const last = parts.at(-1)!;
  const known = isUuid(last) || (parts.length === 1 && isId(last));
  return known && (parts.length === 1 || isId(parts[0]!)) ? { type, parts } : null;
}

function isId(text: string): boolean {
  return NUMBER.test(text) && Number(text) <= MAX_INT;
}

/** The workspace and uuid of a record's id, or null if the id is not that of a record of this type. */
export function decodeRecordId(id: string, type: string): { workspace: number; uuid: string } | null {
  const decoded = decodeId(id);
  if (decoded === null || decoded.type !== type || decoded.parts.length !== 2) return null;
  return { workspace: Number(decoded.parts[0]), uuid: decoded.parts[1]! };
}

/** The uuid of an object that isn't a record (`Archive`, `Folder`, `Client`, `User`, …), or null. */
export function decodeUuid(id: string, type: string): string | null {
  const decoded = decodeId(id);
  if (decoded === null || decoded.type !== type || decoded.parts.length !== 1) return null;
  return isUuid(decoded.parts[0]!) ? decoded.parts[0]! : null;
}

/** The number of an object that has one (`Workspace`, `Plane`), or null. */
export function decodeNumber(id: string, type: string): number | null {
  const decoded = decodeId(id);
  if (decoded === null || decoded.type !== type || decoded.parts.length !== 1) return null;
  return isId(decoded.parts[0]!) ? Number(decoded.parts[0]) : null;
}
