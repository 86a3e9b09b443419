import { editDoorObjects } from '../compiler/edit-door.ts';
import { freezeFunctionObjects } from '../compiler/freeze-functions.ts';
import { guardObjects } from '../compiler/guard.ts';
import { outboxObjects } from '../compiler/outbox.ts';
import { rightObjects } from '../compiler/rights.ts';
import { planeFunctionObjects } from '../compiler/plane-functions.ts';
import { planeObjects } from '../compiler/plane.ts';
import type { Blueprint, Plane } from '../compiler/restriction.ts';
import { scopeObjects } from '../compiler/scopes.ts';
import { sightObjects } from '../compiler/sight.ts';
import { trashObjects } from '../compiler/trash.ts';
import type { Queryable } from '../database/queryable.ts';
import type { PlannedObject } from './apply-objects.ts';

/** Everything that all planes of a workspace share, besides its tables. */
export function sharedPlan(blueprint: Blueprint): PlannedObject[] {
  const objects = [
    ...planeFunctionObjects(blueprint),
    ...freezeFunctionObjects(blueprint),
    ...sightObjects(blueprint),
    ...editDoorObjects(blueprint),
    ...guardObjects(blueprint),
    ...rightObjects(blueprint),
    ...trashObjects(blueprint),
    ...scopeObjects(blueprint),
    ...outboxObjects(blueprint),
  ];
  return objects.map((object) => ({ object, plane: null }));
}

/** What one plane compiles into. */
export function planePlan(blueprint: Blueprint, plane: Plane): PlannedObject[] {
  return planeObjects(blueprint, plane).map((object) => ({ object, plane: plane.id }));
}

/** Of each lock, at most so long: a reader that comes meanwhile waits as long. */
export async function waitBriefly(owner: Queryable): Promise<void> {
  await owner.query(`set local lock_timeout = '200ms'`);
}
