import { passesClient } from './clients.ts';
import { mayOnRecord } from './tree.ts';
import { isViewer } from './viewers.ts';
import type { Id, Item, Permission, World } from './world.ts';

/**
 * V1, V4: what the layers other than the planes let a viewer do with a record: VIEW it, EDIT it, DELETE it, or CREATE more like
 * it. Each layer is one line: all must agree.
 */
export function passesLayers(world: World, viewer: Id, item: Item, permission: Permission): boolean {
  return (
    isViewer(world, viewer) &&
    passesClient(world, viewer, item.archive, item.client) &&
    mayOnRecord(world, viewer, item, permission)
  );
}
