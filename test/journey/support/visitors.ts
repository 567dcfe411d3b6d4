import { Agent } from 'node:http'
import { setTimeout as delay } from 'node:timers/promises'
import type { Answer } from './http.ts'
import { ask } from './http.ts'

interface Visitors {
  readonly port: number
  readonly host: string
  /** How many there are, each with one request at a time. */
  readonly count: number
  /** Between an answer and the next request. */
  readonly pauseMs?: number
  readonly path?: string
}

/** People who ask again and again until they are told to stop. */
export interface Visit {
  /** What they were told last, since the last call. */
  take(): Answer[]
  /** Resolves when the last answer is there. Rejects when one of them got none. */
  stop(): Promise<readonly Answer[]>
}

export function visit({ port, host, count, pauseMs = 0, path = '/' }: Visitors): Visit {
  const all: Answer[] = []
  let taken = 0
  let stopped = false
  const agent = new Agent({ keepAlive: true })
  const person = async () => {
    while (!stopped) {
      all.push(await ask({ port, host, path, agent }))
      await delay(pauseMs)
    }
  }
  const people = Promise.all(Array.from({ length: count }, person))
  // Told by `stop`.
  people.catch(() => {})
  return {
    take() {
      const fresh = all.slice(taken)
      taken = all.length
      return fresh
    },
    async stop() {
      stopped = true
      await people.finally(() => agent.destroy())
      return all
    },
  }
}

/** How many answers had which status. */
export function statusesOf(answers: readonly Answer[]): Record<number, number> {
  const counts: Record<number, number> = {}
  for (const { status } of answers) counts[status] = (counts[status] ?? 0) + 1
  return counts
}
