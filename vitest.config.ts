import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    // all cores: tests wait for other processes half of the time
    maxWorkers: '100%',
    testTimeout: 30_000,
    hookTimeout: 180_000,
    reporters: ['default'],
    chaiConfig: { truncateThreshold: 0 },
  },
});
