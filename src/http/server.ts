import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { Store } from '../../contract/store/connect.ts'
import type { Log } from '../log.ts'
import type { BotMetrics } from '../metrics/metrics.ts'
import { checkHealth } from './health.ts'
import { doorOf } from './door-of.ts'
import { createDeploymentPages, type DeploymentPages } from './log/deployment-pages.ts'
import type { Redact } from './log/rendering.ts'
import { metricsPage } from './metrics-page.ts'
import { frontPage, healthPage } from './pages.ts'
import { WEBHOOK_PATH } from './paths.ts'
import { errorPage, nothingHere, respond, type Page } from './respond.ts'
import { createWebhookDoor, type Middleware } from './webhooks.ts'

/** Time for a whole request to come in; GitHub gives up after 10 s as well. */
const REQUEST_DEADLINE_MS = 10_000
const MOST_CONNECTIONS = 1000

export interface HttpDeps {
  readonly store: Store
  readonly runnerSocket: string
  readonly metrics: BotMetrics
  /** Who has it may read the metrics from anywhere. */
  readonly metricsToken: string | undefined
  readonly webhooks: Middleware
  /** Answers what is below `/setup`. */
  readonly setup: (request: IncomingMessage, response: ServerResponse, url: URL) => Promise<void>
  /** What is wrong between us and GitHub; undefined when nothing is. */
  readonly githubFault: () => string | undefined
  readonly log: Log
  /** Takes out what nobody is to read. */
  readonly redact: Redact
  /** Where GitHub's pages are, for links. */
  readonly webUrl: () => string
}

/** The bot's door to the outside: webhooks, `/healthz`, a page about itself, and the logs of deployments. */
export function createHttpServer(deps: HttpDeps): Server {
  const takeWebhook = createWebhookDoor(deps.webhooks)
  const deployments = createDeploymentPages(deps)
  const server = createServer((request, response) => {
    const url = URL.parse(request.url ?? '/', 'http://bot.invalid')
    const pathname = url?.pathname ?? ''
    const begunMs = performance.now()
    response.once('close', () => {
      const { statusCode: status } = response
      deps.metrics.request({ door: doorOf(pathname), status, ms: performance.now() - begunMs })
    })
    const answered =
      pathname === WEBHOOK_PATH
        ? takeWebhook(request, response)
        : url !== null && /^\/setup(?:\/|$)/.test(pathname)
          ? deps.setup(request, response, url)
          : show(request, response, { pathname, deps, deployments })
    void answered.catch((error: unknown) => {
      deps.log.error({ err: error, path: pathname }, 'request failed')
      if (response.headersSent) response.destroy()
      else respond(request, response, errorPage(503, 'This cannot be answered at the moment.'))
    })
  })
  server.requestTimeout = REQUEST_DEADLINE_MS
  server.headersTimeout = REQUEST_DEADLINE_MS
  server.maxConnections = MOST_CONNECTIONS
  const close = server.close.bind(server)
  // A server that is to close waits for its streams, which would go on for as long as something is built.
  server.close = (callback) => {
    deployments.close()
    return close(callback)
  }
  return server
}

interface Asked {
  readonly pathname: string
  readonly deps: HttpDeps
  readonly deployments: DeploymentPages
}

async function show(request: IncomingMessage, response: ServerResponse, asked: Asked): Promise<void> {
  request.resume()
  if (request.method !== 'GET' && request.method !== 'HEAD') {
    return respond(request, response, errorPage(405, 'Only GET and HEAD are answered here.'))
  }
  if (await asked.deployments.stream(asked.pathname, request, response)) return
  respond(request, response, await findPage(request, asked))
}

async function findPage(request: IncomingMessage, { pathname, deps, deployments }: Asked): Promise<Page> {
  if (pathname === '/healthz') return healthPage(await checkHealth(deps))
  if (pathname === '/') return frontPage(await checkHealth(deps))
  if (pathname === '/metrics') return metricsPage(request, deps)
  return (await deployments.find(pathname, request)) ?? nothingHere
}
