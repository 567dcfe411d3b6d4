import { defineConfig } from 'vitest/config'

/**
 * Projects that run one after the other: `unit` touches no daemon, `engine` needs a real Docker, `journey` runs the whole stack;
 * `long` is of the latter two kinds, and what does not fit into ten minutes.
 */
const LONG = 'test/**/*.long.test.ts'

export default defineConfig({
  test: {
    projects: [
      {
        test: {
          name: 'unit',
          sequence: { groupOrder: 0 },
          include: ['test/**/*.test.ts'],
          exclude: [LONG, 'test/engine/**', 'test/journey/**', '**/node_modules/**'],
          testTimeout: 20_000,
          maxWorkers: 2,
        },
      },
      {
        test: {
          name: 'engine',
          sequence: { groupOrder: 1 },
          include: ['test/engine/**/*.test.ts'],
          exclude: [LONG],
          testTimeout: 120_000,
          hookTimeout: 300_000,
          fileParallelism: false,
        },
      },
      {
        test: {
          name: 'journey',
          sequence: { groupOrder: 2 },
          include: ['test/journey/**/*.test.ts'],
          exclude: [LONG],
          testTimeout: 180_000,
          hookTimeout: 300_000,
          fileParallelism: false,
        },
      },
      {
        test: {
          name: 'long',
          sequence: { groupOrder: 3 },
          include: [LONG],
          testTimeout: 300_000,
          hookTimeout: 900_000,
          fileParallelism: false,
        },
      },
    ],
  },
})
