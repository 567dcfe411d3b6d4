import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Deployment } from '../../../contract/deployment.ts'
import { platformLimits } from '../../../contract/limits.ts'
import type { Store } from '../../../contract/store/connect.ts'
import { getDeployment } from '../../../contract/store/deployments.ts'
import { readLogBytes } from '../../../contract/store/logs/deployment-logs.ts'
import { deploymentHead, iconColour, stateLine } from '../../../web/deployment/deployment-head.ts'
import { deploymentPage, liveScript, pageTitle } from '../../../web/deployment/deployment-page.ts'
import { iconAddress } from '../../../web/page.ts'
import { headersOfAll, type Page } from '../respond.ts'
import { describeDeployment } from './describe.ts'
import { deploymentText } from './deployment-text.ts'
import { createFeeds, type Feeds } from './feeds.ts'
import { createReaders } from './readers.ts'
import { renderText, type Redact } from './rendering.ts'
import { MOST_ROWS } from './rows.ts'
import { sendEvents } from './send-events.ts'

export interface DeploymentPagesDeps {
  readonly store: Store
  /** Takes out what nobody is to read: what is shown goes through it, whatever the runner has masked before. */
  readonly redact: Redact
  /** Where GitHub's pages are. */
  readonly webUrl: () => string
}

export interface DeploymentPages {
  /** The page at this path, for the kind of text that was asked for; undefined when there is none. */
  find(pathname: string, request: IncomingMessage): Promise<Page | undefined>
  /** Answers with a stream if this is the path of one, and says whether it is. */
  stream(pathname: string, request: IncomingMessage, response: ServerResponse): Promise<boolean>
  /** Ends every stream. */
  close(): void
}

/** How deployments stand, and their logs: `/d/<id>`, `/d/<id>.txt` and `/d/<id>/events`. */
export function createDeploymentPages(deps: DeploymentPagesDeps): DeploymentPages {
  const now = Date.now
  const feeds = createFeeds({ ...deps, now })
  const readers = createReaders()
  const closing = new AbortController()
  const describe = (deployment: Deployment) => describeDeployment(deployment, { webUrl: deps.webUrl(), nowMs: now() })

  const stateEvent = (deployment: Deployment) => {
    const view = describe(deployment)
    const icon = iconAddress(iconColour(view))
    return { is: deployment.state, title: pageTitle(view), icon, state: stateLine(view), head: deploymentHead(view) }
  }
  return {
    async find(pathname, request) {
      const [, id, form] = /^\/d\/(\w+)(\.txt)?$/.exec(pathname) ?? []
      const deployment = id === undefined ? undefined : await getDeployment(deps.store, id)
      if (deployment === undefined) return undefined
      if (form === '.txt' || !wantsHtml(request)) return textPage(deps, deployment)
      return (await htmlPage(feeds, deployment, describe)) ?? (await textPage(deps, deployment))
    },
    async stream(pathname, request, response) {
      const id = /^\/d\/(\w+)\/events$/.exec(pathname)?.[1]
      if (id === undefined || (await getDeployment(deps.store, id)) === undefined) return false
      using place = readers.take(id)
      using lease = place === undefined ? undefined : await feeds.follow(id)
      if (lease === undefined) {
        response.writeHead(503, { ...headersOfAll, 'retry-after': '5' }).end('Too many follow logs at the moment.\n')
        return true
      }
      response.writeHead(200, { ...headersOfAll, ...streamHeaders })
      if (request.method === 'HEAD') response.end()
      else {
        const options = { afterByte: placeOf(request), describe: stateEvent, signal: closing.signal }
        await sendEvents(response, lease.feed, options)
      }
      return true
    },
    close() {
      closing.abort()
      feeds.close()
    },
  }
}

/** No proxy is to collect them first. */
const streamHeaders = {
  'content-type': 'text/event-stream; charset=utf-8',
  'cache-control': 'no-store, no-transform',
  'x-accel-buffering': 'no',
}

/** A browser that connects again says where it was; at first the page's script says what the page had. */
function placeOf(request: IncomingMessage): number {
  const query = URL.parse(request.url ?? '/', 'http://bot.invalid')?.searchParams.get('after')
  const given = request.headers['last-event-id'] ?? query ?? '0'
  const place = Number(given)
  return Number.isSafeInteger(place) && place >= 0 ? place : 0
}

function wantsHtml({ headers }: IncomingMessage): boolean {
  return headers.accept?.includes('text/html') === true
}

async function textPage({ store, redact }: DeploymentPagesDeps, deployment: Deployment): Promise<Page> {
  const bytes = await readLogBytes(store, { id: deployment.id, fromByte: 0, mostBytes: platformLimits.logBytes })
  const body = redact(deploymentText(deployment)) + renderText(bytes, redact)
  return { status: 200, type: 'text/plain; charset=utf-8', body }
}

async function htmlPage(
  feeds: Feeds,
  deployment: Deployment,
  describe: (deployment: Deployment) => ReturnType<typeof describeDeployment>,
): Promise<Page | undefined> {
  const feed = await feeds.read(deployment.id)
  if (feed === undefined) return undefined
  const { rows, tail, isOver } = feed
  const body = deploymentPage({
    id: deployment.id,
    view: describe(feed.deployment ?? deployment),
    log: { rows: rows.html(), first: rows.first, tail, endByte: rows.endByte },
    isLive: !isOver,
    mostRows: MOST_ROWS,
  })
  return { status: 200, type: 'text/html; charset=utf-8', body, script: liveScript }
}
