import { createServer, type Server } from 'node:http'
import type { Logger } from 'pino'
import { mayReadMetrics } from '../../contract/metrics/may-read.ts'
import type { Settings } from '../../contract/settings.ts'
import type { Metrics } from './metrics.ts'

interface Parts {
  readonly settings: Pick<Settings, 'metricsPort' | 'metricsToken'>
  readonly metrics: Pick<Metrics, 'read'>
  readonly log: Pick<Logger, 'warn' | 'error'>
}

const MOST_CONNECTIONS = 20

/**
 * Serves `GET /metrics` on loopback, for Prometheus: it cannot ask a unix socket. A port that is taken keeps no micro from being served, so
 * it is said and lived with.
 *
 * @returns nothing where it was switched off, or the port is taken.
 */
export async function serveMetrics({ settings, metrics, log }: Parts): Promise<Server | undefined> {
  if (settings.metricsPort === 0) return undefined
  const server = createServer((request, response) => {
    request.resume()
    const isRead = request.method === 'GET' || request.method === 'HEAD'
    const isMetrics = request.url?.replace(/\?.*/, '') === '/metrics'
    if (!isMetrics || !isRead || !mayReadMetrics(request, settings.metricsToken)) {
      return void response.writeHead(404).end()
    }
    metrics.read().then(
      ({ type, text }) => {
        response.writeHead(200, { 'content-type': type, 'cache-control': 'no-store' })
        response.end(request.method === 'HEAD' ? undefined : text)
      },
      (error: unknown) => {
        log.error({ err: error }, 'the metrics could not be read')
        response.writeHead(500).end()
      },
    )
  })
  server.maxConnections = MOST_CONNECTIONS
  try {
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject)
      server.listen(settings.metricsPort, '127.0.0.1', resolve)
    })
    return server
  } catch (error) {
    const words =
      'nobody can read the metrics: the port is taken; free it, or choose another with MICROPUSH_METRICS_PORT'
    log.warn({ err: error, port: settings.metricsPort }, words)
    return undefined
  }
}
