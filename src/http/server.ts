import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { Store } from '../../contract/store/connect.ts'
import { getDeployment } from '../../contract/store/deployments.ts'
import { readLog } from '../../contract/store/logs/deployment-logs.ts'
import type { Log } from '../log.ts'
import { checkHealth } from './health.ts'
import { deploymentPage, frontPage, healthPage } from './pages.ts'
import { errorPage, respond, type Page } from './respond.ts'
import { createWebhookDoor, type Middleware } from './webhooks.ts'

export const WEBHOOK_PATH = '/api/github/webhooks'

/** Time for a whole request to come in; GitHub gives up after 10 s as well. */
const REQUEST_DEADLINE_MS = 10_000
const MOST_CONNECTIONS = 1000

export interface HttpDeps {
  readonly store: Store
  readonly runnerSocket: string
  readonly webhooks: Middleware
  readonly log: Log
}

/** The bot's door to the outside: webhooks, `/healthz`, a page about itself, and the logs of deployments. */
export function createHttpServer(deps: HttpDeps): Server {
  const takeWebhook = createWebhookDoor(deps.webhooks)
  const server = createServer((request, response) => {
    const pathname = URL.parse(request.url ?? '/', 'http://bot.invalid')?.pathname ?? ''
    const answered =
      pathname === WEBHOOK_PATH ? takeWebhook(request, response) : show(request, response, { pathname, deps })
    void answered.catch((error: unknown) => {
      deps.log.error({ err: error, path: pathname }, 'request failed')
      if (response.headersSent) response.destroy()
      else respond(request, response, errorPage(503, 'This cannot be answered at the moment.'))
    })
  })
  server.requestTimeout = REQUEST_DEADLINE_MS
  server.headersTimeout = REQUEST_DEADLINE_MS
  server.maxConnections = MOST_CONNECTIONS
  return server
}

interface Asked {
  readonly pathname: string
  readonly deps: HttpDeps
}

async function show(request: IncomingMessage, response: ServerResponse, asked: Asked): Promise<void> {
  request.resume()
  const page =
    request.method === 'GET' || request.method === 'HEAD'
      ? await findPage(asked)
      : errorPage(405, 'Only GET and HEAD are answered here.')
  respond(request, response, page)
}

async function findPage({ pathname, deps }: Asked): Promise<Page> {
  if (pathname === '/healthz') return healthPage(await checkHealth(deps))
  if (pathname === '/') return frontPage(await checkHealth(deps))
  const id = /^\/d\/(\w+)$/.exec(pathname)?.[1]
  const deployment = id === undefined ? undefined : await getDeployment(deps.store, id)
  if (deployment === undefined) return errorPage(404, 'There is nothing here.')
  return deploymentPage(deployment, await readLog(deps.store, deployment.id))
}
