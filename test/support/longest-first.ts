import { BaseSequencer, type TestSpecification } from 'vitest/node';

/** Files that take longest, the longest first. By their size, which is all that is known in CI, they would come last. */
const LONGEST = [
  'test/differential/reading.test.ts',
  'test/freshness/never-stale.test.ts',
  'test/differential/writing.test.ts',
  'test/server/start.test.ts',
  'test/database/own-server.test.ts',
  'test/administration/command-line.test.ts',
  'test/database/embedded.test.ts',
  'test/planes/policies-command.test.ts',
  'test/cedar/database.test.ts',
  'test/cedar/cedar.test.ts',
];

/** Begins with the longest files, so that no worker is left with one of them at the end; the others in vitest's own order. */
export class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const place = ({ moduleId }: TestSpecification): number => {
      const index = LONGEST.findIndex((name) => moduleId.endsWith(`/${name}`));
      return index < 0 ? LONGEST.length : index;
    };
    return (await super.sort(files)).sort((a, b) => place(a) - place(b));
  }
}
