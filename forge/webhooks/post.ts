import { createHmac } from 'node:crypto'
import { request } from 'node:http'
import type { Delivery, DeliveryResult } from '../state/deliveries.ts'

const LONGEST_ANSWER_BYTES = 64 * 1024

export interface Hook {
  readonly url: string
  readonly secret: string
  readonly appId: number
  /** The App's answer must be complete within this time. */
  readonly limitMs: number
  readonly clock: () => number
  /** Aborts when the forge is told to end; what is underway then is sent again after the next start. */
  readonly stopping: AbortSignal
}

/** The headers of a delivery: https://docs.github.com/en/webhooks/webhook-events-and-payloads#delivery-headers */
export function deliveryHeaders(delivery: Delivery, { secret, appId }: Hook): Record<string, string> {
  const sign = (algorithm: string) => createHmac(algorithm, secret).update(delivery.payload).digest('hex')
  return {
    accept: '*/*',
    'content-type': 'application/json',
    'user-agent': 'GitHub-Hookshot/micropush',
    'x-github-delivery': delivery.guid,
    'x-github-event': delivery.event,
    'x-github-hook-id': String(appId),
    'x-github-hook-installation-target-id': String(appId),
    'x-github-hook-installation-target-type': 'integration',
    'x-hub-signature': `sha1=${sign('sha1')}`,
    'x-hub-signature-256': `sha256=${sign('sha256')}`,
  }
}

/** Sends a delivery once. A failure is a result too, never thrown. */
export async function post(delivery: Delivery, hook: Hook): Promise<DeliveryResult> {
  const deliveredAtMs = hook.clock()
  const startedMs = performance.now()
  const outcome = await exchange(delivery, hook)
  return { deliveredAtMs, durationMs: Math.round(performance.now() - startedMs), ...outcome }
}

async function exchange(
  delivery: Delivery,
  hook: Hook,
): Promise<Pick<DeliveryResult, 'status' | 'statusCode' | 'response'>> {
  const { promise, resolve } = Promise.withResolvers<Pick<DeliveryResult, 'status' | 'statusCode' | 'response'>>()
  const failed = (error: Error) => {
    const aborted = error.name === 'AbortError' || error.name === 'TimeoutError'
    const reason = aborted ? 'timed out' : 'failed to connect to host'
    const status = hook.stopping.aborted ? 'the forge was stopped' : reason
    resolve({ status, statusCode: 0, response: { headers: {}, payload: '' } })
  }
  const outgoing = request(hook.url, {
    method: 'POST',
    headers: { ...deliveryHeaders(delivery, hook), 'content-length': Buffer.byteLength(delivery.payload) },
    // No kept connection: one that the App closed in the meantime would look like a failed delivery.
    agent: false,
    signal: AbortSignal.any([AbortSignal.timeout(hook.limitMs), hook.stopping]),
  })
  outgoing.on('error', failed)
  outgoing.on('response', (incoming) => {
    let payload = ''
    incoming.setEncoding('utf8')
    incoming.on('data', (text: string) => {
      if (payload.length < LONGEST_ANSWER_BYTES) payload += text
    })
    incoming.on('error', failed)
    incoming.on('end', () => {
      const statusCode = incoming.statusCode ?? 0
      const status = statusCode >= 200 && statusCode < 300 ? 'OK' : `Invalid HTTP Response: ${statusCode}`
      const headers = Object.entries(incoming.headers).map(([name, value]) => [name, String(value)])
      resolve({
        status,
        statusCode,
        response: { headers: Object.fromEntries(headers) as Record<string, string>, payload },
      })
    })
  })
  outgoing.end(delivery.payload)
  return promise
}
