import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  importFile,
  type ImportOptions,
  type ImportRequest,
  type ImportSummary,
} from '../../src/importer/import-file.ts';
import { createDemoDatabase, type DemoDatabase } from '../demo/demo-database.ts';

export interface Importing extends DemoDatabase {
  /** Writes a CSV file and imports it, as cleo into Permits unless told otherwise. */
  importCsv(
    csv: string,
    request?: Partial<ImportRequest> & Pick<ImportOptions, 'interrupted' | 'onProgress'> & { map?: unknown },
  ): Promise<ImportSummary>;
  /** The lines of the rejected file of the last import. */
  rejected(): Promise<string[]>;
  /** A file in the test's folder. */
  file(name: string): string;
}

/** The demo's database with an importer on it. */
export async function createImporting(): Promise<Importing> {
  const demo = await createDemoDatabase();
  const folder = await mkdtemp(join(tmpdir(), 'rowplane-import-'));
  const file = (name: string) => join(folder, name);
  return {
    ...demo,
    file,
    async importCsv(csv, { map, interrupted, onProgress, ...request } = {}) {
      await writeFile(file('rows.csv'), csv);
      if (map !== undefined) await writeFile(file('map.json'), JSON.stringify(map));
      return importFile(
        {
          file: file('rows.csv'),
          user: 'cleo',
          workspace: 'Office',
          archive: 'Permits',
          definition: 'process',
          mapping: map === undefined ? undefined : file('map.json'),
          ...request,
        },
        {
          ownerUrl: demo.database.ownerUrl,
          viewers: demo.viewers,
          definitions: demo.definitions,
          interrupted,
          onProgress,
        },
      );
    },
    async rejected() {
      return (await readFile(file('rows.csv.rejected.csv'), 'utf8')).trimEnd().split('\n');
    },
    async drop() {
      await rm(folder, { recursive: true, force: true });
      await demo.drop();
    },
  };
}
