import { Counter, Gauge, Histogram } from 'prom-client'
import { createRegistry } from '../../contract/metrics/registry.ts'
import type { Health } from '../http/health.ts'
import { githubKind } from './github-kind.ts'
import { readQueues, type QueueSources } from './read-queues.ts'

const REQUEST_BUCKETS = [0.005, 0.025, 0.1, 0.25, 0.5, 1, 2.5, 5, 10]
const GITHUB_BUCKETS = [0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 15]

const METHODS: ReadonlySet<string> = new Set(['GET', 'POST', 'PATCH', 'PUT', 'DELETE'])

/** What was asked of the bot. */
export type Door = 'webhook' | 'setup' | 'health' | 'page' | 'stream' | 'metrics'

export interface GitHubRequest {
  readonly method: string
  readonly url: string
  /** Undefined where no answer came. */
  readonly status: number | undefined
  readonly ms: number
}

/** What the bot tells Prometheus. */
export interface BotMetrics {
  request(of: { readonly door: Door; readonly status: number; readonly ms: number }): void
  github(request: GitHubRequest): void
  /** Everything in Prometheus' text format; what Redis cannot tell at the moment is left out. */
  read(health: Pick<Health, 'parts'>): Promise<string>
}

/** The bot's metrics; `sources` are asked when somebody reads, and not before. */
export function createBotMetrics(sources: QueueSources): BotMetrics {
  const registry = createRegistry()
  const registers = [registry]
  const requests = new Histogram<'door' | 'status'>({
    name: 'micropush_bot_request_duration_seconds',
    help: 'Requests at the bot: webhooks, its pages and questions for its health, by class of status.',
    labelNames: ['door', 'status'],
    buckets: REQUEST_BUCKETS,
    registers,
  })
  const asked = new Counter<'kind' | 'method' | 'status'>({
    name: 'micropush_github_requests_total',
    help: 'Requests to GitHub, by what they are about and the class of the answer; none is a request without one.',
    labelNames: ['kind', 'method', 'status'],
    registers,
  })
  const took = new Histogram({
    name: 'micropush_github_request_duration_seconds',
    help: 'How long GitHub took to answer.',
    buckets: GITHUB_BUCKETS,
    registers,
  })
  const up = new Gauge<'part'>({
    name: 'micropush_part_up',
    help: 'Whether a part works, as GET /healthz says it: 1 or 0.',
    labelNames: ['part'],
    registers,
  })
  readQueues(registry, sources)
  return {
    request: ({ door, status, ms }) => requests.observe({ door, status: classOf(status) }, ms / 1000),
    github({ method, url, status, ms }) {
      const upper = method.toUpperCase()
      const known = METHODS.has(upper) ? upper : 'other'
      asked.inc({ kind: githubKind(url), method: known, status: status === undefined ? 'none' : classOf(status) })
      took.observe(ms / 1000)
    },
    read({ parts }) {
      up.reset()
      for (const [part, state] of Object.entries(parts)) up.set({ part: part.toLowerCase() }, state === 'ok' ? 1 : 0)
      return registry.metrics()
    },
  }
}

function classOf(status: number): string {
  return `${Math.trunc(status / 100)}xx`
}
