import { defineConfig } from 'vitest/config';

// biome-ignore lint/style/noDefaultExport: vitest loads its configuration this way
export default defineConfig({
  test: {
    include: ['**/*.test.ts', '**/*.test.tsx'],
    exclude: ['**/node_modules/**', 'dist/**'],
    // Real devices, browsers and servers start inside tests: patience is a bound on hanging, not a measure of speed.
    testTimeout: 60_000,
    hookTimeout: 60_000,
    // Two at a time, as the smallest machine has two cores and recorders must not starve each other.
    maxWorkers: 2,
  },
});
