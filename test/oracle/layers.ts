import { passesClient } from './clients.ts';
import { hasRight } from './rights.ts';
import { mayOnRecord } from './tree.ts';
import { isViewer } from './viewers.ts';
import { find, type Id, type Item, type Permission, type World } from './world.ts';

/**
 * V1, V4: what the layers other than the planes let a viewer do with a record: VIEW it, EDIT it, DELETE it, or CREATE more like
 * it. Each layer is one line: all must agree.
 */
export function passesLayers(world: World, viewer: Id, item: Item, permission: Permission): boolean {
  const definition = world.definitions[item.definition]!;
  const { workspace } = find(world.archives, item.archive);
  return (
    isViewer(world, viewer) &&
    hasRight(world, viewer, definition, workspace, permission === 'VIEW' ? 'DISPLAY' : 'EDIT') &&
    passesClient(world, viewer, item.archive, item.client) &&
    mayOnRecord(world, viewer, item, permission)
  );
}
