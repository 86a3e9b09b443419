import { invalid } from '../../access/refusals.ts';
import { decodeNumber, decodeUuid } from '../global-id.ts';

/** The types of administration whose ids hold a uuid. */
type UuidType =
  | 'ApiKey'
  | 'Archive'
  | 'Client'
  | 'Company'
  | 'Folder'
  | 'Group'
  | 'Profile'
  | 'RightsAssignment'
  | 'RightsRole'
  | 'SavedQuery'
  | 'User';

/** The uuid in a global id; VALIDATION_FAILED at `path` if it is no id of that type. */
export function uuidOf(type: UuidType, id: string, path: string): string {
  const uuid = decodeUuid(id, type);
  if (uuid === null) throw invalid([{ path, message: `is not the id of a ${type}` }]);
  return uuid;
}

/** The same for a list, whose wrong parts are all named. */
export function uuidsOf(type: UuidType, ids: readonly string[] | null | undefined, path: string): string[] {
  const uuids = (ids ?? []).map((id) => decodeUuid(id, type));
  const problems = uuids.flatMap((uuid, index) =>
    uuid === null ? [{ path: `${path}[${index}]`, message: `is not the id of a ${type}` }] : [],
  );
  if (problems.length > 0) throw invalid(problems);
  return uuids as string[];
}

/** The number in a global id; VALIDATION_FAILED at `path` if it is no id of that type. */
export function numberOf(type: 'Workspace' | 'Plane', id: string, path: string): number {
  const number = decodeNumber(id, type);
  if (number === null) throw invalid([{ path, message: `is not the id of a ${type}` }]);
  return number;
}

/** The uuid of a user or a group; VALIDATION_FAILED at `path` if it is no id of these. */
export function principalOf(id: string, path: string): string {
  const uuid = decodeUuid(id, 'User') ?? decodeUuid(id, 'Group');
  if (uuid === null) throw invalid([{ path, message: 'is not the id of a User or a Group' }]);
  return uuid;
}
