import { durationBoundsSeconds, type DurationCounts, type FromGateway, type StatusClass } from '../protocol.ts'

type Message = Extract<FromGateway, { type: 'counts' }>

type Gauges = Pick<Message, 'waiting' | 'connections'>

/** What is counted between two words to the engine. */
export interface Counts {
  request(status: number, seconds: number): void
  /** A request waited this long for a wake, whatever came of it. */
  wait(seconds: number): void
  refuse(): void
  /** The sums so far, which begin anew; nothing when all is as it was. */
  take(gauges: Gauges): Message | undefined
  /** Puts sums back that could not be told. */
  putBack(message: Message): void
  /** The engine knows nothing of what it was told before. */
  renew(): void
}

interface Sum {
  count: number
  seconds: number
  readonly buckets: number[]
}

export function createCounts(): Counts {
  let requests = new Map<StatusClass, Sum>()
  let waits = emptySum()
  let refused = 0
  let last: Gauges = { waiting: 0, connections: 0 }
  const sumOf = (status: StatusClass): Sum => {
    const known = requests.get(status)
    if (known !== undefined) return known
    const fresh = emptySum()
    requests.set(status, fresh)
    return fresh
  }
  return {
    request(status, seconds) {
      add(sumOf(classOf(status)), seconds)
    },
    wait(seconds) {
      add(waits, seconds)
    },
    refuse() {
      refused += 1
    },
    take({ waiting, connections }) {
      const isSame = last.waiting === waiting && last.connections === connections
      if (isSame && requests.size === 0 && waits.count === 0 && refused === 0) return undefined
      const message: Message = {
        type: 'counts',
        requests: [...requests].map(([status, sum]) => ({ status, ...sum })),
        waits,
        refused,
        waiting,
        connections,
      }
      requests = new Map()
      waits = emptySum()
      refused = 0
      last = { waiting, connections }
      return message
    },
    putBack(message) {
      for (const { status, ...sum } of message.requests) join(sumOf(status), sum)
      join(waits, message.waits)
      refused += message.refused
    },
    renew() {
      last = { waiting: 0, connections: 0 }
    },
  }
}

function emptySum(): Sum {
  return { count: 0, seconds: 0, buckets: Array.from({ length: durationBoundsSeconds.length + 1 }, () => 0) }
}

function add(sum: Sum, seconds: number): void {
  const found = durationBoundsSeconds.findIndex((bound) => seconds <= bound)
  const bucket = found === -1 ? durationBoundsSeconds.length : found
  sum.count += 1
  sum.seconds += seconds
  sum.buckets[bucket] = (sum.buckets[bucket] ?? 0) + 1
}

function join(sum: Sum, other: DurationCounts): void {
  sum.count += other.count
  sum.seconds += other.seconds
  for (const [index, count] of other.buckets.entries()) sum.buckets[index] = (sum.buckets[index] ?? 0) + count
}

function classOf(status: number): StatusClass {
  if (status < 200) return '1xx'
  if (status < 300) return '2xx'
  if (status < 400) return '3xx'
  return status < 500 ? '4xx' : '5xx'
}
