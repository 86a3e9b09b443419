import { expect, test } from 'vitest';
import type { Viewers } from '../../src/access/viewers.ts';
import { createScopes } from '../../src/reader/scopes.ts';

test('V1: a reading that looks in too few workspaces is done again, also when another one has learned of more meanwhile', () => {
  // Nothing here is asked of the database.
  const scopes = createScopes({} as Viewers);
  const viewer = { id: '00000000-0000-4000-8000-a00000000000' };
  const knowledge = [{ workspace: 1, stamp: '7.1:1', planes: [], rights: {}, realms: null, locked: false }];
  expect(scopes.confirm(viewer, [], [], [{ id: 1 }])).toBe(false);
  expect(scopes.confirm(viewer, [1], knowledge, [{ id: 1 }])).toBe(true);
  expect(scopes.check(viewer, [1], knowledge)).toBeNull();
  // This one began before the others were done.
  expect(scopes.check(viewer, [], knowledge)).not.toBeNull();
  expect(scopes.confirm(viewer, [], knowledge, [{ id: 1 }])).toBe(false);
});
