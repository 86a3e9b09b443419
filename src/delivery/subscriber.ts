import type { Viewer } from '../access/viewers.ts';
import { markOf, type ChangeCursors, type FollowedPlace, type Progress } from './cursors.ts';
import type { Change, Content } from './delivery.ts';
import type { AccessClass } from './feed.ts';
import type { Group, Listing } from './listing.ts';
import type { Queue } from './queue.ts';
import type { AnyKind, Source } from './source.ts';

/** A subscriber's part in a listing. */
export interface Link {
  readonly access: AccessClass;
  readonly listing: Listing;
  readonly group: Group;
  /** What the listing holds and this subscriber wasn't told of, or was told that it is gone. Null: nothing. */
  without: Set<string> | null;
}

/** A follower as the delivery sees it. */
export interface Subscriber {
  readonly viewer: Viewer;
  readonly source: Source;
  readonly content: Content;
  /** The workspaces that it looks in; null: all. */
  readonly workspaces: readonly number[] | null;
  readonly queue: Queue<Change<AnyKind>>;
  readonly place: FollowedPlace;
  readonly links: Map<number, Link>;
  /** `sightMark` of the links. */
  sight: string;
}

/** One thing to tell a subscriber of. */
export interface Told {
  readonly kind: AnyKind;
  readonly workspace: number;
  readonly id: string;
  readonly content: unknown;
}

/** A change whose cursor is only written if somebody takes it. */
export function changeOf(
  cursors: ChangeCursors,
  place: FollowedPlace,
  told: Told,
  progress: Progress,
): Change<AnyKind> {
  return new ToldChange(told, cursors, place, progress);
}

/** A class, since thousands of them are made at a time. */
class ToldChange implements Change<AnyKind> {
  readonly news: Told;
  readonly #cursors: ChangeCursors;
  readonly #place: FollowedPlace;
  readonly #progress: Progress;
  #cursor: string | null = null;

  constructor(news: Told, cursors: ChangeCursors, place: FollowedPlace, progress: Progress) {
    this.news = news;
    this.#cursors = cursors;
    this.#place = place;
    this.#progress = progress;
  }

  get kind(): AnyKind {
    return this.news.kind;
  }

  get id(): string {
    return this.news.id;
  }

  get workspace(): number {
    return this.news.workspace;
  }

  get content(): unknown {
    return this.news.content;
  }

  get cursor(): string {
    return (this.#cursor ??= this.#cursors.write(this.#place, this.#progress));
  }
}

/** Equal as long as a subscriber sees the same, of the same definition: in any process. */
export function sightMark({ content, links }: Subscriber, definition: string | undefined): string {
  const parts = [...links.values()].map(({ access: { workspace, look, place, act } }) =>
    [workspace, look, place, content.tellsAccess ? act : ''].join(' '),
  );
  return markOf([definition ?? '', ...parts.sort()]);
}
