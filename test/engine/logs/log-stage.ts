import { expect } from 'vitest'
import type { AppLine } from '../../../contract/app-log.ts'
import { openStore, type Store } from '../../../contract/store/connect.ts'
import { readAppLog } from '../../../contract/store/logs/app-logs.ts'
import { createAppLogs, type AppLogs, type AppLogsOptions } from '../../../runner/logs/app-logs.ts'
import { startTestRedis, type TestRedis } from '../../support/redis.ts'
import { openStage, type Stage } from '../sandbox/stage.ts'

/** A stage for sandboxes whose output goes into a Redis of its own. */
export interface LogStage {
  readonly stage: Stage
  readonly redis: TestRedis
  readonly store: Store
  readonly logs: AppLogs
  /** What went wrong; nothing should. */
  readonly problems: unknown[]
  /** As another engine would have it. */
  openLogs(options?: Pick<AppLogsOptions, 'afterStartMs'>): AppLogs
  written(deploymentId: string): Promise<readonly AppLine[]>
  texts(deploymentId: string): Promise<string[]>
  close(): Promise<void>
}

export async function openLogStage(isolation: 'runc' | 'gvisor'): Promise<LogStage> {
  const stage = await openStage(isolation)
  const redis = await startTestRedis()
  const store = openStore({ redis: redis.socket, redisPrefix: 'test' })
  const problems: unknown[] = []
  const openLogs = (over: Pick<AppLogsOptions, 'afterStartMs'> = {}) =>
    createAppLogs({
      ...over,
      docker: stage.docker,
      store,
      maskFor: () => Promise.resolve((text) => text.replaceAll('hunter2', '***')),
      onProblem: (message, data) => problems.push(message, data),
    })
  const logs = openLogs()
  const written = async (id: string) => (await readAppLog(store, id, 100_000)).lines
  return {
    stage,
    redis,
    store,
    logs,
    problems,
    openLogs,
    written,
    texts: async (id) => (await written(id)).map(({ text }) => text),
    async close() {
      await logs.close()
      store.redis.disconnect()
      await redis[Symbol.asyncDispose]()
      await stage.close()
      expect(problems).toEqual([])
    },
  }
}
