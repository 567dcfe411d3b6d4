import { once } from 'node:events'
import type { Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { createDeployment, transitionDeployment } from '../../../../contract/store/deployments.ts'
import { appendLog } from '../../../../contract/store/logs/deployment-logs.ts'
import { createDoor } from '../../../../src/door.ts'
import { startParts, type Parts } from '../../support/bot.ts'
import { sampleBase } from '../../support/samples.ts'
import { collect, follow, type Event } from './follow.ts'

/** One deployment that is queued, and the bot's server, which shows it. */
export interface Stage extends AsyncDisposable {
  readonly parts: Parts
  readonly server: Server
  readonly id: string
  /** Of its page. */
  readonly url: string
  say(text: string): Promise<void>
  /** Fails it, a while ago: so that nobody waits for last words. */
  end(): Promise<void>
  /** All events to the end, for a reader who was at this place. */
  all(after?: string): Promise<Event[]>
}

export async function openStage(): Promise<Stage> {
  const parts = await startParts()
  const { store } = parts
  const server = await createDoor(parts)
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const deployment = sampleBase()
  const { id } = deployment
  await createDeployment(store, deployment)
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/d/${id}`
  return {
    parts,
    server,
    id,
    url,
    say: (text) => appendLog(store, { id, text }),
    async end() {
      await transitionDeployment(store, { id, from: ['queued'], to: 'failed' })
      await store.redis.hset(store.keys.deployment(id), 'since', Date.now() - 10_000)
    },
    async all(after) {
      await using followed = await follow(`${url}/events`, after)
      return await collect(followed.events())
    },
    async [Symbol.asyncDispose]() {
      server.close()
      server.closeAllConnections()
      await parts[Symbol.asyncDispose]()
    },
  }
}

export interface Lines {
  readonly from: number
  readonly lines: readonly string[]
}

export function linesOf(events: readonly Event[]): string[] {
  return events.filter(({ event }) => event === 'lines').flatMap(({ data }) => (data as Lines).lines)
}

export async function next(events: AsyncGenerator<Event>, wanted: string): Promise<Event> {
  for (;;) {
    const { value, done } = await events.next()
    if (done === true) throw new Error(`the stream ended without ${wanted}`)
    if (value.event === wanted) return value
  }
}
