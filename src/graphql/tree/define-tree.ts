import type { Kit } from '../builder.ts';
import { defineArchives } from './archives.ts';
import { defineFolders } from './folders.ts';
import { definePeople } from './people.ts';
import { defineViewer } from './viewer.ts';
import { defineWorkspaceLocks } from './workspace-locks.ts';
import { defineWorkspaces } from './workspaces.ts';

/** Where records are, and who looks: workspaces, archives, folders, clients, the viewer. */
export function defineTree(kit: Kit): void {
  const workspace = defineWorkspaces(kit);
  defineWorkspaceLocks(kit, workspace);
  defineArchives(kit, workspace);
  defineFolders(kit);
  defineViewer(kit);
  definePeople(kit);
}
