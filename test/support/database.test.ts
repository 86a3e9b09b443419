import { expect, test } from 'vitest';
import { createDatabase, withOwner, withViewer } from './database.ts';

test('a test database is a clone of its own, whose owner and viewers are who they should be', async () => {
  const database = await createDatabase();
  try {
    const owner = await withOwner(database, (session) => session.query('select current_user as name'));
    expect(owner).toEqual([{ name: 'rowplane_owner' }]);
    const viewer = await withViewer(database, '00000000-0000-0000-0000-000000000000', (session) =>
      session.query('select current_user as name, session_user as login, rowplane.viewer()::text as id'),
    );
    expect(viewer).toEqual([
      { name: 'rowplane_viewer', login: 'rowplane_api', id: '00000000-0000-0000-0000-000000000000' },
    ]);
  } finally {
    await database.drop();
  }
});
