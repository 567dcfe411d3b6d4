import type { Octokit } from '@octokit/rest'
import type { Log } from '../log.ts'
import { neededEvents } from '../events/app.ts'
import { findLost, REDELIVERABLE_MS, type Delivery } from './find-lost.ts'

const PAGE = 100
const MAX_PAGES = 20

interface Redelivery {
  /** A client that acts as the App itself. */
  readonly app: Octokit
  readonly log: Log
  readonly now: () => number
}

/**
 * Asks GitHub to send again what did not reach us: GitHub never does by itself. Deliveries are looked through from the newest to
 * three days back, at most 2,000 of them.
 */
export async function redeliverLost({ app, log, now }: Redelivery): Promise<void> {
  const lost = findLost(await recentDeliveries(app, now()), { nowMs: now(), events: neededEvents })
  for (const delivery of lost) {
    await app.rest.apps.redeliverWebhookDelivery({ delivery_id: delivery.id })
    log.info({ delivery: delivery.guid, event: delivery.event }, 'asked GitHub to send a lost delivery again')
  }
}

async function recentDeliveries(app: Octokit, nowMs: number): Promise<Delivery[]> {
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
    if (cursor === undefined || oldest === undefined || nowMs - Date.parse(oldest.delivered_at) > REDELIVERABLE_MS)
      break
  }
  return found
}

/** The cursor in the `next` relation of a Link header (RFC 8288). */
function nextCursor(link: string | undefined): string | undefined {
  const next = link?.split(',').find((part) => part.includes('rel="next"'))
  const address = next?.match(/<([^>]+)>/)?.[1]
  return address === undefined ? undefined : (new URL(address).searchParams.get('cursor') ?? undefined)
}
