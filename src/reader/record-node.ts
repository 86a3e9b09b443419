import type { Row } from '../access/unit.ts';
import type { Join } from './joins.ts';
import type { Selection } from './selection.ts';
import type { Sight } from './sight.ts';

/** One record as it was read: its cells, and where to find what hangs on it. */
export interface RecordNode {
  row: Row;
  place: Place;
}

/** What the records that one statement gave have in common. */
export interface Place {
  sight: Sight;
  selection: Selection;
  /** The targets of references, by the name of their definition and their uuid. */
  targets: Map<string, Map<string, RecordNode>>;
  linked: Linked;
  /** References whose targets are in the rows themselves, with those that these refer to, and so on. */
  joins: readonly Join[];
}

/** Users, clients, archives and folders that records name, as far as the viewer may see them, by uuid. */
export interface Linked {
  users: Map<string, UserNode>;
  /** By archive and client. */
  clients: Map<string, ClientNode>;
  archives: Map<string, ArchiveNode>;
  folders: Map<string, FolderNode>;
}

export interface UserNode {
  id: string;
  name: string;
  displayName: string;
  role: string;
}

export interface ClientNode {
  id: string;
  name: string;
}

export interface ArchiveNode {
  id: string;
  workspace: number;
  name: string;
  clientsEnabled: boolean;
  mayEdit: boolean;
  mayCreate: boolean;
  mayDelete: boolean;
}

export interface FolderNode {
  id: string;
  archive: string;
  parent: string | null;
  name: string;
  /** The names from the topmost folder that the viewer sees down to this one (P14). */
  path: string[];
  /** P8: what the viewer may do in it. */
  mayEdit: boolean;
  mayCreate: boolean;
  mayDelete: boolean;
  mayEditPermissions: boolean;
  /** P9: whether it has permission entries of its own, and whether it inherits those of the folder above. */
  hasOwnPermissions: boolean;
  inheritsPermissions: boolean;
}

export const clientKey = (archive: unknown, client: unknown): string => `${String(archive)} ${String(client)}`;
