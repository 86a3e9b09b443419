import { listByName, type Page, type PageRequest } from '../administration/pages.ts';
import type { Queryable } from '../database/queryable.ts';
import type { UserNode } from '../reader/record-node.ts';
import type { Entries } from './entry.ts';

/** Records of one workspace, of any definitions: `definitions[n]` is the name of that of `ids[n]`. */
export interface Selected {
  workspace: number;
  definitions: readonly string[];
  ids: readonly string[];
}

/** Everything that candidates are picked from by name. */
export type ListCandidates = (database: Queryable, request: PageRequest) => Promise<Page<UserNode>>;

const searched = `concat_ws(' ', name, "displayName")`;

/**
 * M2: the users whom the viewer may see, with workflow access, who see every one of the records. Throws NOT_FOUND (ids)
 * for records that the viewer doesn't see, FORBIDDEN (ids) for those that the viewer may neither place nor send.
 */
export function candidatesFor({ workspace, definitions, ids }: Selected): ListCandidates {
  const select = 'select * from rowplane.mailbox_candidates($1, $2::text[], $3::uuid[])';
  return (database, request) =>
    listByName(database, { select, values: [workspace, definitions, ids], idType: 'uuid', searched }, request);
}

/** M3: whom undelivered entries could be reassigned to; nobody, where one of them isn't undelivered for the viewer. */
export function reassignmentCandidates({ workspace, ids }: Entries): ListCandidates {
  const select = 'select * from rowplane.reassignment_candidates($1, $2::uuid[])';
  return (database, request) =>
    listByName(database, { select, values: [workspace, ids], idType: 'uuid', searched }, request);
}
