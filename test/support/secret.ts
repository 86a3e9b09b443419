/** The secret of every test deployment. The fixed roles' passwords derive from it, so one server has one. */
export const TEST_SECRET = 'a secret for tests, and for nothing else';
