import { createHmac, randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { request } from 'node:http'
import type { AddressInfo } from 'node:net'
import { Queue } from 'bullmq'
import { createDoor } from '../../../../src/door.ts'
import { startParts, webhookSecret, type Parts } from '../../support/bot.ts'
import type { Found } from './rightful.ts'

export interface Sent {
  readonly event: string
  readonly raw: string | Buffer
  readonly guid?: string
  /** It was signed with; the tests' own unless given. */
  readonly secret?: string
  /** In place of, or beside, what GitHub sends; an array is the same field several times. */
  readonly headers?: Readonly<Record<string, string | string[] | undefined>>
}

export interface Answered {
  readonly guid: string
  readonly status: number
  readonly tookMs: number
}

/** The bot's real door before a Redis of its own. Nothing works on what is queued there, so it can be looked at. */
export interface LonelyDoor extends AsyncDisposable {
  readonly parts: Parts
  deliver(sent: Sent): Promise<Answered>
  /** Takes every job out of every queue, ours and the runner's. */
  takeJobs(): Promise<readonly (Found & { readonly id: string | undefined })[]>
}

export async function openDoor(): Promise<LonelyDoor> {
  const parts = await startParts()
  const server = await createDoor(parts)
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  return {
    parts,
    deliver: (sent) => deliverTo(port, sent),
    async takeJobs() {
      const found = await Promise.all(
        Object.values(parts.queues)
          .filter((each: unknown) => each instanceof Queue)
          .map(async (queue) => {
            const jobs = await queue.getJobs()
            await Promise.all(jobs.map((job) => job.remove()))
            return jobs.map(({ id, data }) => ({ queue: queue.name, id, data: data as unknown }))
          }),
      )
      return found.flat()
    },
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      server.close()
      await parts[Symbol.asyncDispose]()
    },
  }
}

export function sign(body: string | Buffer, secret = webhookSecret): string {
  return `sha256=${createHmac('sha256', secret).update(body).digest('hex')}`
}

/** One delivery, signed as GitHub does unless its headers say otherwise. */
export function deliverTo(port: number, sent: Sent): Promise<Answered> {
  const { event, raw, guid = randomUUID(), secret = webhookSecret, headers = {} } = sent
  const startedMs = performance.now()
  const all: Record<string, string | string[] | undefined> = {
    'content-type': 'application/json',
    'x-github-event': event,
    'x-github-delivery': guid,
    'x-hub-signature-256': sign(raw, secret),
    ...headers,
  }
  const present = Object.fromEntries(Object.entries(all).filter(([, value]) => value !== undefined))
  return new Promise((resolve, reject) => {
    const call = request(
      {
        host: '127.0.0.1',
        port,
        path: '/api/github/webhooks',
        method: 'POST',
        headers: present as Record<string, string>,
      },
      (response) => {
        response.resume()
        response.on('end', () =>
          resolve({ guid, status: response.statusCode ?? 0, tookMs: performance.now() - startedMs }),
        )
      },
    )
    call.on('error', reject)
    call.end(raw)
  })
}
