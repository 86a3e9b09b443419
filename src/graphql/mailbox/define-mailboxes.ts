import type { Kit } from '../builder.ts';
import { defineMailboxChanges } from '../subscriptions/mailbox-changes.ts';
import { defineCandidates } from './candidates.ts';
import { defineEntry } from './entry-type.ts';
import { defineMailboxLists, type ViewerRef } from './lists.ts';
import { defineMailboxMutations } from './mutations.ts';

/** Mailboxes, placing and sending (M1–M5). */
export function defineMailboxes(kit: Kit, viewer: ViewerRef): void {
  const entry = defineEntry(kit);
  defineMailboxLists(kit, viewer, entry);
  defineCandidates(kit, entry);
  defineMailboxMutations(kit, entry);
  defineMailboxChanges(kit, entry);
}
