import type { World } from '../oracle/world.ts';

/** A world as a failure prints it: without the definitions, which are fixed, and without what is empty. */
export function describeWorld({ definitions: _definitions, ...world }: World): string {
  const compact = (_key: string, value: unknown): unknown =>
    value === null || (Array.isArray(value) && value.length === 0) ? undefined : value;
  return JSON.stringify(world, compact, 1);
}
