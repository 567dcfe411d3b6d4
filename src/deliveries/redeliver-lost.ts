import { setTimeout as pause } from 'node:timers/promises'
import type { Octokit } from '@octokit/rest'
import type { Log } from '../log.ts'
import { neededEvents } from '../events/app.ts'
import { findLost, type Delivery } from './find-lost.ts'
import { redeliverableMs } from './redeliverable.ts'

const PAGE = 100
const MAX_PAGES = 20
/** Up to so long lies between two requests, so that not everything comes back at once. */
const LONGEST_PAUSE_MS = 500

interface Redelivery {
  /** A client that acts as the App itself. */
  readonly app: Octokit
  /** Base of GitHub's REST API. */
  readonly githubUrl: string
  readonly log: Log
  readonly now: () => number
}

/**
 * Asks GitHub to send again what did not reach us: GitHub never does by itself. Deliveries are looked through from the newest as far back
 * as GitHub can send one again, at most 2,000 of them; of what is lost beyond that the comparison with GitHub finds what is left to do.
 */
export async function redeliverLost({ app, githubUrl, log, now }: Redelivery): Promise<void> {
  const longestMs = redeliverableMs(githubUrl)
  const recent = await recentDeliveries(app, now() - longestMs)
  const lost = findLost(recent, { nowMs: now(), events: neededEvents, redeliverableMs: longestMs })
  for (const [index, delivery] of lost.entries()) {
    if (index > 0) await pause(Math.random() * LONGEST_PAUSE_MS)
    await app.rest.apps.redeliverWebhookDelivery({ delivery_id: delivery.id })
    log.info({ delivery: delivery.guid, event: delivery.event }, 'asked GitHub to send a lost delivery again')
  }
}

async function recentDeliveries(app: Octokit, sinceMs: number): Promise<Delivery[]> {
  const found: Delivery[] = []
  let cursor: string | undefined
  for (let page = 0; page < MAX_PAGES; page++) {
    const answer = await app.rest.apps.listWebhookDeliveries({
      per_page: PAGE,
      ...(cursor === undefined ? {} : { cursor }),
    })
    found.push(...answer.data)
    const oldest = answer.data.at(-1)
    cursor = nextCursor(answer.headers.link)
    if (cursor === undefined || oldest === undefined || Date.parse(oldest.delivered_at) < sinceMs) break
  }
  return found
}

/** The cursor in the `next` relation of a Link header (RFC 8288). */
function nextCursor(link: string | undefined): string | undefined {
  const next = link?.split(',').find((part) => part.includes('rel="next"'))
  const address = next?.match(/<([^>]+)>/)?.[1]
  return address === undefined ? undefined : (new URL(address).searchParams.get('cursor') ?? undefined)
}
