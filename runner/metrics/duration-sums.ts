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

export function createDurationSums({ name, help, bounds, label }: Family): DurationSums {
  const sums = new Map<string, { count: number; seconds: number; buckets: number[] }>()
  const sumOf = (value: string) => {
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
      const values = [...sums].flatMap(([value, sum]) => {
        const labels = label === undefined ? {} : { [label.name]: value }
        let below = 0
        const buckets = sum.buckets.map((count, index) => {
          below += count
          return { metricName: `${name}_bucket`, labels: { le: bounds[index] ?? '+Inf', ...labels }, value: below }
        })
        return [
          ...buckets,
          { metricName: `${name}_sum`, labels, value: sum.seconds },
          { metricName: `${name}_count`, labels, value: sum.count },
        ]
      })
      const family = { name, help, type: 'histogram', aggregator: 'sum', values }
      return AggregatorRegistry.aggregate<PrometheusContentType>([[family]])
    },
  }
}
