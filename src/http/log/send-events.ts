import type { ServerResponse } from 'node:http'
import type { Deployment } from '../../../contract/deployment.ts'
import type { Feed } from './feed.ts'

/** Proxies end what is silent for a minute. */
const HEARTBEAT_MS = 15_000
const BATCH_CHARACTERS = 64 * 1024
/** For what was sent to a reader to be taken: 64 KB or so. */
const SLOWEST_MS = 30_000
/** After a cut. */
const RETRY_MS = 1000

export interface EventsOptions {
  /** Where in the log, in bytes, the reader is. */
  readonly afterByte: number
  /** What a state event says. */
  readonly describe: (deployment: Deployment) => object
  readonly signal: AbortSignal
  /** The longest that what was sent may wait to be taken. */
  readonly slowestMs?: number
}

/**
 * Sends a feed as server-sent events (https://html.spec.whatwg.org/multipage/server-sent-events.html), until it is over or the reader is gone:
 *
 * - `lines`: complete rows, each once, in their order; its id is the place in the log, in bytes, where they end
 * - `tail`: the row that is under way, as often as it changes
 * - `state`: how the deployment stands, as often as it changes
 * - `end`: nothing comes after this
 *
 * Each reader goes at a pace of its own through rows that all share, so a slow one holds nothing but what is in its socket; one that takes
 * nothing is cut off, and goes on where it was when it connects again.
 */
export async function sendEvents(response: ServerResponse, feed: Feed, options: EventsOptions): Promise<void> {
  const { promise: done, resolve: finish } = Promise.withResolvers<void>()
  let next = feed.rows.after(options.afterByte <= feed.rows.endByte ? options.afterByte : 0)
  let sentTail = ''
  let sentState: Deployment | undefined
  let isBlocked = false
  let cutOff: NodeJS.Timeout | undefined

  const send = (event: string): void => {
    if (response.write(event)) return
    isBlocked = true
    cutOff ??= setTimeout(() => response.destroy(), options.slowestMs ?? SLOWEST_MS)
  }
  const sendState = () => {
    const { deployment } = feed
    if (deployment === undefined || deployment === sentState) return
    sentState = deployment
    send(message('state', options.describe(deployment)))
  }
  const sendRows = () => {
    const from = Math.max(next, feed.rows.first)
    const lines: string[] = []
    let endByte = 0
    for (let size = 0; size < BATCH_CHARACTERS; next += 1) {
      next = Math.max(next, from)
      const row = feed.rows.at(next)
      if (row === undefined) break
      lines.push(row.html)
      size += row.html.length
      endByte = row.endByte
    }
    if (lines.length === 0) return
    sentTail = ''
    send(`id: ${endByte}\n${message('lines', { from, lines })}`)
  }
  const sendTail = () => {
    if (feed.tail === sentTail) return
    sentTail = feed.tail
    send(message('tail', feed.tail))
  }
  const pump = () => {
    if (response.destroyed || response.writableEnded) return
    if (!isBlocked) sendState()
    while (!isBlocked && next < feed.rows.next) sendRows()
    if (!isBlocked) sendTail()
    if (!isBlocked && feed.isOver) response.end(message('end', { state: feed.deployment?.state ?? 'gone' }))
  }
  const onDrain = () => {
    clearTimeout(cutOff)
    cutOff = undefined
    isBlocked = false
    pump()
  }
  const leave = feed.onChange(pump)
  const heartbeat = setInterval(() => (isBlocked ? undefined : send(':\n\n')), HEARTBEAT_MS)
  const stop = () => response.end()
  response.on('drain', onDrain)
  response.on('close', finish)
  options.signal.addEventListener('abort', stop)
  send(`retry: ${RETRY_MS}\n\n`)
  if (options.signal.aborted) stop()
  pump()
  await done
  leave()
  clearInterval(heartbeat)
  clearTimeout(cutOff)
  options.signal.removeEventListener('abort', stop)
}

function message(event: string, data: unknown): string {
  return `event: ${event}\ndata: ${JSON.stringify(data)}\n\n`
}
