import type { IncomingMessage } from 'node:http'
import { mayReadMetrics } from '../../contract/metrics/may-read.ts'
import type { BotMetrics } from '../metrics/metrics.ts'
import { checkHealth, type HealthDeps } from './health.ts'
import { nothingHere, type Page } from './respond.ts'

interface MetricsDeps extends HealthDeps {
  readonly metrics: BotMetrics
  readonly metricsToken: string | undefined
}

/** `GET /metrics`, for whoever may see them; nobody else learns that there are any. */
export async function metricsPage(request: IncomingMessage, deps: MetricsDeps): Promise<Page> {
  if (!mayReadMetrics(request, deps.metricsToken)) return nothingHere
  const body = await deps.metrics.read(await checkHealth(deps))
  return { status: 200, type: 'text/plain; version=0.0.4; charset=utf-8', body }
}
