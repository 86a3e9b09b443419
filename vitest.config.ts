import { createRequire } from 'node:module';
import { defineConfig } from 'vitest/config';
import { LongestFirst } from './test/support/longest-first.ts';

const require = createRequire(import.meta.url);

export default defineConfig({
  // Vite would load graphql a second time as an ES module, and graphql refuses types "from another module or realm".
  resolve: { alias: [{ find: /^graphql$/, replacement: require.resolve('graphql') }] },
  test: {
    include: ['test/**/*.test.ts'],
    globalSetup: ['test/support/global-setup.ts'],
    sequence: { sequencer: LongestFirst },
    pool: 'forks',
    maxWorkers: 2,
    testTimeout: 60_000,
    hookTimeout: 120_000,
    teardownTimeout: 30_000,
    retry: 0,
    reporters: process.env.ROWPLANE_TEST_REPORT
      ? ['default', ['json', { outputFile: process.env.ROWPLANE_TEST_REPORT }]]
      : ['default'],
  },
});
