import { AggregatorRegistry, type PrometheusContentType, type Registry } from 'prom-client'

/** What somebody else has counted: how many, how long in all, and how many in each bucket alone; the last bucket has no bound. */
interface DurationCounts {
  readonly count: number
  readonly seconds: number
  readonly buckets: readonly number[]
}

interface Family {
  readonly name: string
  readonly help: string
  /** Upper bounds of the buckets but the last, in seconds. */
  readonly bounds: readonly number[]
  /** The label, and each value that it can have; without it there is one series. */
  readonly label?: { readonly name: string; readonly values: readonly string[] }
}

/** A histogram that is added to in heaps, which prom-client's own cannot. */
export interface DurationSums {
  add(labelValue: string, counts: DurationCounts): void
  /** The sums as they stand, for `Registry.merge`. */
  registry(): Registry
}

interface Sum {
  count: number
  seconds: number
  readonly buckets: number[]
}

export function createDurationSums(family: Family): DurationSums {
  const { name, help, bounds, label } = family
  const sums = new Map<string, Sum>()
  const sumOf = (value: string): Sum => {
    const known = sums.get(value)
    if (known !== undefined) return known
    const fresh = { count: 0, seconds: 0, buckets: Array.from({ length: bounds.length + 1 }, () => 0) }
    sums.set(value, fresh)
    return fresh
  }
  for (const value of label?.values ?? ['']) sumOf(value)
  return {
    add(value, counts) {
      const sum = sumOf(value)
      sum.count += counts.count
      sum.seconds += counts.seconds
      for (const [index, count] of counts.buckets.entries()) sum.buckets[index] = (sum.buckets[index] ?? 0) + count
    },
    registry() {
      const values = [...sums].flatMap(([value, sum]) => samplesOf(family, value, sum))
      return AggregatorRegistry.aggregate<PrometheusContentType>([
        [{ name, help, type: 'histogram', aggregator: 'sum', values }],
      ])
    },
  }
}

/** In Prometheus' way: each bucket counts what the ones below it do as well. */
function samplesOf({ name, bounds, label }: Family, value: string, sum: Sum): object[] {
  const labels: Record<string, string> = label === undefined ? {} : { [label.name]: value }
  const samples: object[] = []
  let below = 0
  for (const [index, count] of sum.buckets.entries()) {
    below += count
    samples.push({ metricName: `${name}_bucket`, labels: { le: bounds[index] ?? '+Inf', ...labels }, value: below })
  }
  samples.push({ metricName: `${name}_sum`, labels, value: sum.seconds })
  samples.push({ metricName: `${name}_count`, labels, value: sum.count })
  return samples
}
