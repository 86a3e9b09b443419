import { defineConfig } from 'vite';

/** GraphiQL from own files: everything that the page needs is built into one folder, and nothing is fetched from elsewhere. */
export default defineConfig({
  root: import.meta.dirname,
  base: './',
  logLevel: 'error',
  oxc: { jsx: { runtime: 'automatic' } },
  build: {
    emptyOutDir: true,
    chunkSizeWarningLimit: 10_000,
    reportCompressedSize: false,
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
  },
  worker: { format: 'es' },
});
