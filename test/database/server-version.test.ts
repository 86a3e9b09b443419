import { expect, test } from 'vitest';
import { checkVersion, versionAdvice } from '../../src/database/server-version.ts';

test('a PostgreSQL before 18 is refused, one before 18.6 is warned of', () => {
  expect(() => checkVersion(170009, '17.9')).toThrow(
    'Rowplane needs PostgreSQL 18 or newer; DATABASE_URL leads to version 17.9',
  );
  expect(() => checkVersion(180000, '18.0')).not.toThrow();
  expect(versionAdvice(180005, '18.5')).toContain('Update it to 18.6 or newer');
  expect(versionAdvice(180006, '18.6')).toBe(null);
  expect(versionAdvice(190001, '19.1')).toBe(null);
});
