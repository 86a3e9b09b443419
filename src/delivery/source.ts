import type { Statement } from '../access/unit.ts';
import type { Viewer, Viewers } from '../access/viewers.ts';
import { isBlind, sightOf } from '../reader/sight.ts';
import { idsStatement, referringStatement, type Filter } from '../reader/statement.ts';
import { countsFromNow, fieldsOfCondition, isForEveryone } from '../compiler/condition/condition.ts';
import type { MailboxKind, RecordKind, RecordList } from './delivery.ts';
import type { Targets } from './news.ts';
import { parseSnapshot, type Snapshot } from './snapshot.ts';

/** Ids that were read, and of which moment. */
export interface IdReading {
  readonly ids: readonly string[];
  readonly snapshot: Snapshot;
  /** The permission clock in that snapshot. */
  readonly ticks: number;
}

/** What is followed, in any workspace: it says which ids there are for a viewer, by row security. */
export interface Source {
  /** Equal for sources that give equal answers. */
  readonly key: string;
  /** The definition of its records; null: a mailbox. */
  readonly definition: string | null;
  /** Whether it is all that a viewer sees of its definition: then whatever can be read of a record says that it is there. */
  readonly isAll: boolean;
  /** Whether its answers depend on who looks, even if nothing else tells two viewers apart. */
  readonly personal: boolean;
  /** Whether they depend on the time. */
  readonly timed: boolean;
  /** Whether they depend on records that these refer to: a reference to what isn't seen is empty (V2). */
  readonly refers: boolean;
  readonly kinds: { readonly came: AnyKind; readonly changed: AnyKind; readonly gone: AnyKind };
  /** All ids in the workspace, but no more than `limit`; or which of these. */
  read(viewer: Viewer, workspace: number, chosen: Chosen): Promise<IdReading>;
  /**
   * Which of these, given with the target of each, refer to what the viewer sees there, or may have seen before it changed. `asksWho`: whether
   * planes of the viewer's may have exposed it to the viewer alone, of which nothing is kept.
   */
  readReferring(
    viewer: Viewer,
    workspace: number,
    to: Targets,
    references: readonly (readonly [id: string, target: string])[],
    asksWho: boolean,
  ): Promise<readonly string[]>;
}

export type AnyKind = RecordKind | MailboxKind;
export type Chosen = { readonly limit: number } | { readonly ids: readonly string[] };

const PLACE: Statement = { text: 'select pg_current_snapshot()::text as place', values: [], keep: true };

/** The records of a list. */
export function recordSource(viewers: Viewers, { definition, condition, archive, folder }: RecordList): Source {
  const filter: Filter = { condition, archive, folder };
  return {
    key: JSON.stringify([definition.name, condition, archive, folder]),
    definition: definition.name,
    isAll: condition.kind === 'constant' && condition.value && archive === null && folder === null,
    personal: !isForEveryone(condition),
    timed: countsFromNow(condition),
    refers: fieldsOfCondition(condition).some((field) => definition.fields[field]?.type === 'reference'),
    kinds: { came: 'APPEARED', changed: 'CHANGED', gone: 'DISAPPEARED' },
    read: (viewer, workspace, chosen) =>
      readIds(viewers, viewer, workspace, (knowledge) => {
        const sight = sightOf(knowledge, definition);
        return isBlind(sight) ? null : idsStatement(sight, filter, chosen);
      }),
    async readReferring(viewer, workspace, to, references, asksWho) {
      const { ids } = await readIds(viewers, viewer, workspace, (knowledge) =>
        referringStatement(sightOf(knowledge, definition), to, references, asksWho),
      );
      return ids;
    },
  };
}

/** The viewer's own mailbox (M3). */
export function mailboxSource(viewers: Viewers): Source {
  return {
    key: 'mailbox',
    definition: null,
    isAll: false,
    personal: true,
    timed: false,
    refers: false,
    kinds: { came: 'PLACED', changed: 'CHANGED', gone: 'REMOVED' },
    read: (viewer, workspace, chosen) =>
      readIds(viewers, viewer, workspace, () =>
        'ids' in chosen
          ? { text: 'select rowplane.own_mailbox($1, $2::uuid[]) as id', values: [workspace, chosen.ids] }
          : { text: 'select m.id from rowplane.own_mailbox($1) m(id) limit $2', values: [workspace, chosen.limit] },
      ),
    readReferring: () => Promise.resolve([]),
  };
}

async function readIds(
  viewers: Viewers,
  viewer: Viewer,
  workspace: number,
  statementOf: (knowledge: Parameters<typeof sightOf>[0]) => Statement | null,
): Promise<IdReading> {
  let ticks = 0;
  const rows = await viewers.read(viewer, [workspace], (known) => {
    const knowledge = known.get(workspace)!;
    // The reading is thrown away unless its snapshot has the stamp that it was planned by.
    ticks = Number(knowledge.stamp.split('.', 1)[0]);
    const statement = statementOf(knowledge);
    return statement === null ? [PLACE] : [PLACE, statement];
  });
  return {
    ids: (rows[1] ?? []).map(({ id }) => id as string),
    snapshot: parseSnapshot(rows[0]![0]!.place as string),
    ticks,
  };
}
