import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Settings } from '../database/settings.ts';

/** The folder of the object definitions: ROWPLANE_SCHEMA, else this package's own. */
export function schemaFolder(settings: Pick<Settings, 'schema'>): string {
  return settings.schema === undefined
    ? fileURLToPath(new URL('../../schema', import.meta.url))
    : resolve(settings.schema);
}
