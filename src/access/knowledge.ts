import { limitByRights } from './knowledge-rights.ts';
import type { Row, Statement } from './unit.ts';

/** What one plane shows of one definition, as compiled. */
export interface PlaneDefinition {
  fields: Record<string, 'READ' | 'EDIT'>;
  abilities: string[];
  /** Whether a restriction narrows its records. */
  restricted: boolean;
}

/** A plane that the viewer is in; `definitions` has the active ones (A1). */
export interface PlaneKnowledge {
  id: number;
  definitions: Record<string, PlaneDefinition>;
}

/** R1. */
export type RightLevel = 'NONE' | 'DISPLAY' | 'EDIT';

/**
 * What the server knows about a viewer in a workspace. It chooses how to get at rows with it, never which rows: with
 * wrong knowledge a statement is slow or is thrown away, since the database tests everything again.
 */
export interface Knowledge {
  workspace: number;
  /** Which state of permissions and realms this is about. */
  stamp: string;
  planes: PlaneKnowledge[];
  /** R7: the level at which the viewer has the right of each definition that names one. */
  rights: Record<string, RightLevel>;
  /** The visible realms if they hold few of the workspace's records, else null. */
  realms: number[] | null;
  /** Whether somebody else has locked the workspace, so that the viewer can only read (P11). */
  locked: boolean;
}

/** Each function of the database answers its part; locks are read as the viewer sees them. */
const KNOWLEDGE = `select rowplane.viewer_knowledge($1) || jsonb_build_object(
  'locked', exists (select from rowplane.visible_locks l where l.workspace_id = $1 and not l.is_mine),
  'rights', rowplane.viewer_rights_of($1), 'guest', coalesce(rowplane.viewer_role() = 'GUEST', false)) as knowledge`;

/** Asks what there is to know about the viewer of the transaction. */
export function knowledgeStatement(workspace: number): Statement {
  return { text: KNOWLEDGE, values: [workspace] };
}

/** What its rows say. */
export function knowledgeIn(workspace: number, rows: readonly Row[] = []): Knowledge {
  const { guest, ...known } = rows[0]!.knowledge as Omit<Knowledge, 'workspace'> & { guest: boolean };
  const planes = guest ? known.planes.map(withoutCreating) : known.planes;
  return limitByRights({ ...known, planes, workspace });
}

/** U4: guests create nothing, whatever planes grant. */
function withoutCreating({ id, definitions }: PlaneKnowledge): PlaneKnowledge {
  const limited = Object.entries(definitions).map(([name, content]) => [
    name,
    { ...content, abilities: content.abilities.filter((ability) => ability !== 'CREATE') },
  ]);
  return { id, definitions: Object.fromEntries(limited) as PlaneKnowledge['definitions'] };
}

/** Compiles and reads what there is to know, on one snapshot, in a transaction that may store it. */
export function knowledgeStatements(token: string, workspace: number): Statement[] {
  return [
    { text: 'begin isolation level repeatable read read write', values: [] },
    { text: 'select viewer, mode from rowplane.enter($1)', values: [token] },
    { text: 'select rowplane.refresh_access($1)', values: [workspace] },
    knowledgeStatement(workspace),
    { text: 'commit', values: [] },
  ];
}

/** The stamp that `rowplane.enter` answers for several workspaces, if each is still as it is known; null if they aren't of one moment. */
export function jointStamp(known: Iterable<Knowledge>): string | null {
  let ticks: string | undefined;
  const realms: [number, string][] = [];
  for (const { stamp, workspace } of known) {
    const dot = stamp.indexOf('.');
    const own = dot < 0 ? stamp : stamp.slice(0, dot);
    if (ticks !== undefined && ticks !== own) return null;
    ticks = own;
    if (dot >= 0) realms.push([workspace, stamp.slice(dot)]);
  }
  if (ticks === undefined) return null;
  return (
    ticks +
    realms
      .sort(([a], [b]) => a - b)
      .map(([, part]) => part)
      .join('')
  );
}
