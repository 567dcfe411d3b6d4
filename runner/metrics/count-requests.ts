import { Counter, type Registry } from 'prom-client'
import { addGauge } from '../../contract/metrics/collected.ts'
import { durationBoundsSeconds, statusClass, type FromGateway } from '../gateway/protocol.ts'
import { createDurationSums } from './duration-sums.ts'
import type { RequestMetrics } from './metrics.ts'

type Counts = Extract<FromGateway, { type: 'counts' }>

/**
 * Adds up what the gateways count. Each tells what is new since it last did: so a gateway that died takes at most what it had not told
 * yet, and no sum ever becomes smaller.
 *
 * @param gateways how many are connected.
 */
export function countRequests(
  registry: Registry,
  gateways: () => number,
): { readonly requests: RequestMetrics; readonly histograms: () => Registry[] } {
  const registers = [registry]
  const present = new Map<object, Pick<Counts, 'waiting' | 'connections'>>()
  const sum = (of: keyof Pick<Counts, 'waiting' | 'connections'>) =>
    [...present.values()].reduce((total, one) => total + one[of], 0)
  const durations = createDurationSums({
    name: 'micropush_request_duration_seconds',
    help: 'Requests at the gateways, from their head to the end of their answer, by class of status.',
    bounds: durationBoundsSeconds,
    label: { name: 'status', values: statusClass.options },
  })
  const waits = createDurationSums({
    name: 'micropush_request_wait_seconds',
    help: 'How long requests waited for their micro to wake; those that found it awake are not among them.',
    bounds: durationBoundsSeconds,
  })
  const refused = new Counter({
    name: 'micropush_requests_refused_total',
    help: 'Requests that were answered 503 because too many waited already.',
    registers,
  })
  const gauge = (name: string, help: string, read: () => number) =>
    addGauge(registry, {
      name,
      help,
      collect(metric) {
        metric.set(read())
      },
    })
  gauge('micropush_requests_waiting', 'Requests that wait for a micro to wake, as last told.', () => sum('waiting'))
  gauge('micropush_gateway_connections', 'Connections of clients to the gateways, as last told.', () =>
    sum('connections'),
  )
  gauge('micropush_gateways', 'Gateway processes that are connected to the engine.', gateways)
  return {
    requests: {
      counts(gateway, told) {
        for (const { status, ...counts } of told.requests) durations.add(status, counts)
        waits.add('', told.waits)
        refused.inc(told.refused)
        present.set(gateway, told)
      },
      gatewayLeft: (gateway) => void present.delete(gateway),
    },
    histograms: () => [durations.registry(), waits.registry()],
  }
}
