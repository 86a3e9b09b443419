import type { Viewer } from '../access/viewers.ts';
import type { NormalCondition } from '../compiler/condition/condition.ts';
import type { ObjectDefinition } from '../compiler/definition.ts';
import type { Scope } from '../reader/scopes.ts';

/** What became of a record in a list that a viewer follows (M5). */
export type RecordKind = 'APPEARED' | 'CHANGED' | 'DISAPPEARED';

/** What became of an entry of the viewer's own mailbox (M5). */
export type MailboxKind = 'PLACED' | 'CHANGED' | 'REMOVED';

/** One thing that became different in what a viewer follows. */
export interface Change<Kind extends string> {
  readonly kind: Kind;
  /** The uuid of the record or entry. */
  readonly id: string;
  /** The workspace that it is in: ids of records are told together with it. */
  readonly workspace: number;
  /** What `Content.read` gave; null for what is gone. */
  readonly content: unknown;
  /** All but the cursor, as one object for all who are told it: what is made of it can be kept beside it (a WeakMap). */
  readonly news: object;
  /** Where to go on from, as `after`. Opaque: encrypted for the viewer and the list. */
  readonly cursor: string;
}

/** The viewer's own access changed: whatever was read before may be different now. */
export interface AccessChange {
  /** The workspaces in which it changed. */
  readonly workspaces: readonly number[];
}

/** What a follower wants to be told of each record or entry. */
export interface Content {
  /** Followers with equal keys (and equal access, and the same list) share what is read: the selection, written out. */
  readonly key: string;
  /** Whether anything is asked of the database: otherwise it is there for all ids. */
  readonly isRead: boolean;
  /** Whether it depends on who the viewer is beyond what the viewer may see (own things): then it is read for each viewer. */
  readonly personal: boolean;
  /** Whether it tells what the viewer may do: levels, abilities, `mayEdit` and the like. Then it changes with locks and EDIT, CREATE, DELETE permissions. */
  readonly tellsAccess: boolean;
  /** Whether it tells of other objects, too: references, folders, archives, clients, users. Then it changes with what is seen of these. */
  readonly tellsOthers: boolean;
  /**
   * Reads it for these ids of one workspace as the viewer, on a snapshot that is taken after the call; what isn't
   * there for the viewer is left out.
   */
  read(viewer: Viewer, workspace: number, ids: readonly string[]): Promise<Map<string, unknown>>;
}

/** Which records are followed; parsed as for the list queries. */
export interface RecordList {
  readonly definition: ObjectDefinition;
  readonly condition: NormalCondition;
  readonly archive: string | null;
  readonly folder: string | null;
  /** Where it looks: what `scopeOf` gives for the same arguments. */
  readonly scope: Scope;
}

/**
 * One open subscription. `next` waits for the next change; it rejects with a Refusal when the follower can't go on
 * (see Delivery), and says `done` after `return` or when the delivery ends. `return` works at any time, also while a
 * `next` waits.
 */
export interface Follower<C> extends AsyncIterator<C, undefined>, AsyncIterable<C> {
  next(): Promise<IteratorResult<C, undefined>>;
  return(): Promise<IteratorResult<C, undefined>>;
  /**
   * From now on, while a `next` waits, each change is given to `take` at once: for thousands that are told at the same
   * time, the promises in between would be most of the work. Where it says false, or throws, the change comes by `next`.
   * The end always comes by `next`.
   */
  handTo(take: (change: C) => boolean): void;
  [Symbol.asyncIterator](): Follower<C>;
}

/**
 * Tells followers what changes, by row security at the moment of delivery (M5, V1). What is followed counts from the
 * moment that `follow…` resolves, or from the cursor `after`. Refusals, of `follow…` and of `next`:
 *
 * - VALIDATION_FAILED, path `after`: the cursor is none of this viewer and list, is too old, or the viewer's access or
 *   the definition changed since. Query again, and follow without it.
 * - TOO_COMPLEX: the lists that are followed in this process hold too many records. Narrow the condition.
 * - RATE_LIMITED: the follower took its changes too slowly. Follow again with the cursor of the last change.
 * - STALE_VERSION: the definition changed, or what happened is no longer kept. Query again, and follow anew.
 * - UNAUTHENTICATED: the account may not look any more.
 */
export interface Delivery {
  followRecords(
    viewer: Viewer,
    list: RecordList,
    content: Content,
    after?: string | null,
  ): Promise<Follower<Change<RecordKind>>>;
  followMailbox(viewer: Viewer, content: Content, after?: string | null): Promise<Follower<Change<MailboxKind>>>;
  followAccess(viewer: Viewer): Promise<Follower<AccessChange>>;
  /** Calls `listener` once when the account may not look any more (blocked, deactivated, deleted). Returns what takes it back. */
  onEnded(viewer: Viewer, listener: () => void): () => void;
  /** Looks for changes at once, instead of at the next poll: after this process's own commits. Costs nothing where nobody follows. */
  wake(): void;
  /** Ends all followers and closes the connection. */
  end(): Promise<void>;
}

/** What can be told of what is being delivered: for metrics. */
export interface DeliveryState {
  readonly followers: number;
  /** Followers who get the same share one. */
  readonly groups: number;
  /** Ids that the lists followed hold. */
  readonly held: number;
  /** Milliseconds since the moment up to which everything was told; 0 while nothing is left to tell. */
  readonly behind: number;
}
