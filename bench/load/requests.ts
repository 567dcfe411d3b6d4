import { Agent, request } from 'node:http'
import { median, ms } from '../statistics.ts'

export interface Trip {
  readonly agent?: Agent
  readonly port?: number
  readonly socketPath?: string
  readonly host: string
  readonly headers?: Readonly<Record<string, string>>
}

export interface Told {
  /** From the first byte out to the last one in. */
  readonly ms: number
  readonly body: string
  /** The answer's `Server-Timing`. */
  readonly timing: string
}

/** One request. Fails for any other status than 200. */
export function roundTrip(trip: Trip): Promise<Told> {
  return new Promise((resolve, reject) => {
    const started = performance.now()
    request(
      {
        ...trip,
        ...(trip.port === undefined ? {} : { host: '127.0.0.1' }),
        agent: trip.agent ?? false,
        headers: { host: trip.host, ...trip.headers },
      },
      (response) => {
        let body = ''
        response.setEncoding('utf8')
        response.on('data', (text: string) => (body += text))
        response.on('error', reject)
        response.on('end', () => {
          const timing = String(response.headers['server-timing'] ?? '')
          if (response.statusCode === 200) resolve({ ms: performance.now() - started, body, timing })
          else reject(new Error(`${trip.host}: status ${response.statusCode}: ${body.slice(0, 200)}`))
        })
      },
    )
      .on('error', reject)
      .end()
  })
}

/** Round trips one after the other on a kept connection, in ms each. */
export async function sequence(trip: Trip, count: number): Promise<number[]> {
  const agent = new Agent({ keepAlive: true, maxSockets: 1 })
  try {
    for (let index = 0; index < 100; index++) await roundTrip({ ...trip, agent })
    const times: number[] = []
    for (let index = 0; index < count; index++) times.push((await roundTrip({ ...trip, agent })).ms)
    return times
  } finally {
    agent.destroy()
  }
}

/** Asks until somebody answers, in ms from `since`. */
export async function untilAnswered(trip: Trip, since: number, deadlineMs = 30_000): Promise<number> {
  for (;;) {
    try {
      await roundTrip(trip)
      return performance.now() - since
    } catch (error) {
      if (performance.now() - since > deadlineMs) throw error
      // Not listening yet.
      await new Promise((resolve) => setTimeout(resolve, 1))
    }
  }
}

/** Asks the gateway where the time goes. */
export const WITH_TIMING = { 'x-micropush-timing': '1' }

/** Where it went, in ms, by the medians: what `Server-Timing` says of each. */
export function partsInWords(all: readonly Told[]): string {
  const parts = ['wake', 'queue', 'app', 'gateway'].map((name) => {
    const times = all.flatMap(({ timing }) => {
      const found = new RegExp(`(?:^|, )${name}(?:;desc=\\w+)?;dur=([\\d.]+)`).exec(timing)
      return found === null ? [] : [Number(found[1])]
    })
    return times.length === 0 ? '' : `${name} ${ms(median(times))}`
  })
  return parts.filter((part) => part !== '').join(', ')
}
