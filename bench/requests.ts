import { Agent, request } from 'node:http'
import type { Stack } from '../test/journey/support/stack.ts'

/** Round trips one after the other on a kept connection, in ms each. */
export async function measureWarm(stack: Stack, host: string, count: number): Promise<number[]> {
  const agent = new Agent({ keepAlive: true, maxSockets: 1 })
  try {
    for (let index = 0; index < 50; index++) await roundTrip({ agent, port: stack.gatewayPort, host })
    const times: number[] = []
    for (let index = 0; index < count; index++) times.push(await roundTrip({ agent, port: stack.gatewayPort, host }))
    return times
  } finally {
    agent.destroy()
  }
}

/** Straight to the sandbox's socket, without the gateway: what a warm request is bounded by. */
export async function measureDirect(socketPath: string, count: number): Promise<number[]> {
  const agent = new Agent({ keepAlive: true, maxSockets: 1 })
  try {
    for (let index = 0; index < 50; index++) await roundTrip({ agent, socketPath, host: 'bench' })
    const times: number[] = []
    for (let index = 0; index < count; index++) times.push(await roundTrip({ agent, socketPath, host: 'bench' }))
    return times
  } finally {
    agent.destroy()
  }
}

/** From asleep to answered; `asleep` waits until the micro sleeps again. */
export async function measureWake(
  stack: Stack,
  host: string,
  options: { readonly count: number; readonly asleep: () => Promise<void> },
): Promise<number[]> {
  const times: number[] = []
  for (let index = 0; index < options.count; index++) {
    await options.asleep()
    times.push(await roundTrip({ port: stack.gatewayPort, host }))
  }
  return times
}

interface Trip {
  readonly agent?: Agent
  readonly port?: number
  readonly socketPath?: string
  readonly host: string
}

function roundTrip(trip: Trip): Promise<number> {
  return new Promise((resolve, reject) => {
    const started = performance.now()
    request(
      {
        ...trip,
        ...(trip.port === undefined ? {} : { host: '127.0.0.1' }),
        agent: trip.agent ?? false,
        headers: { host: trip.host },
      },
      (response) => {
        response.resume()
        response.on('end', () =>
          response.statusCode === 200
            ? resolve(performance.now() - started)
            : reject(new Error(`status ${response.statusCode}`)),
        )
      },
    )
      .on('error', reject)
      .end()
  })
}
