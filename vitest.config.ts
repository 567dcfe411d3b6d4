import { defineConfig } from 'vitest/config'

/**
 * Projects run one group after the other. `unit` touches no daemon; `engine` needs a real Docker, and `journey` runs the whole stack, with
 * names, ports and folders of its own: these two share a group and mostly wait, so that two files at once fill two cores.
 * `long` is of all kinds, and what does not fit into ten minutes. What measures how fast others are answered has the machine for itself:
 * `engine-alone` and `long-alone`. All of a kind run with `--project 'engine*'` and `--project 'long*'`.
 */
const ENGINE_ALONE = ['test/engine/hostile/telling.test.ts']
const LONG = 'test/**/*.long.test.ts'
const LONG_ALONE = [
  'test/engine/hostile/hostile.long.test.ts',
  'test/engine/logs/app-logs.long.test.ts',
  'test/engine/runtimes/differences.long.test.ts',
  'test/engine/sandbox/after-response.long.test.ts',
  'test/journey/build-log.long.test.ts',
  'test/journey/chaos/chaos.long.test.ts',
  'test/journey/sleep/leases.long.test.ts',
  'test/runner/gateway/hostile-crowds.long.test.ts',
  'test/src/http/log/crowds.long.test.ts',
]

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
          exclude: [LONG, ...ENGINE_ALONE],
          testTimeout: 120_000,
          hookTimeout: 300_000,
          maxWorkers: 2,
        },
      },
      {
        test: {
          name: 'journey',
          sequence: { groupOrder: 1 },
          include: ['test/journey/**/*.test.ts'],
          exclude: [LONG],
          testTimeout: 180_000,
          hookTimeout: 300_000,
          maxWorkers: 2,
        },
      },
      {
        test: {
          name: 'engine-alone',
          sequence: { groupOrder: 2 },
          include: ENGINE_ALONE,
          testTimeout: 120_000,
          hookTimeout: 300_000,
          fileParallelism: false,
        },
      },
      {
        test: {
          name: 'long',
          sequence: { groupOrder: 3 },
          include: [LONG],
          exclude: LONG_ALONE,
          testTimeout: 300_000,
          hookTimeout: 900_000,
          maxWorkers: 2,
        },
      },
      {
        test: {
          name: 'long-alone',
          sequence: { groupOrder: 4 },
          include: LONG_ALONE,
          testTimeout: 300_000,
          hookTimeout: 900_000,
          fileParallelism: false,
        },
      },
    ],
  },
})
