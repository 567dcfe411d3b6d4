import { createHmac, timingSafeEqual } from 'node:crypto'
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Connection } from '../connect/connection.ts'
import type { AppCredentials } from '../connect/credentials.ts'
import { FAULT_HEADER } from '../connect/diagnosis/fault-header.ts'
import type { Sightings } from '../connect/sightings.ts'
import { errorPage, respond } from '../http/respond.ts'
import type { Middleware } from '../http/webhooks.ts'
import type { Secret } from '../secret.ts'
import { faultOfEnvelope } from './envelope.ts'

interface Parts {
  readonly connection: Connection
  readonly sightings: Sightings
  /** A middleware that checks signatures against one secret and calls the app. */
  readonly create: (credentials: AppCredentials, secret: Secret) => Promise<Middleware>
}

/**
 * Hands a delivery to the middleware of the secret that it was signed with, so that two are good while one replaces the other. What no
 * secret fits is refused here, what comes before there is an App with 503, so that GitHub lists it as failed.
 */
export function createWebhookHandler({ connection, sightings, create }: Parts): Middleware {
  const made = new WeakMap<Secret, Promise<Middleware>>()
  return async (request, response, next) => {
    const credentials = connection.current()
    if (credentials === undefined) {
      refuse(request, response, {
        status: 503,
        fault: 'not-connected',
        words: 'This bot is not connected to GitHub yet.',
      })
      return
    }
    const raw = 'rawBody' in request && Buffer.isBuffer(request.rawBody) ? request.rawBody : Buffer.alloc(0)
    const secret = credentials.webhookSecrets.find((one) => fits(raw, request.headers['x-hub-signature-256'], one))
    if (secret === undefined) {
      sightings.refused()
      const words = 'The signature does not fit: it was made with another webhook secret than the ones known here.'
      refuse(request, response, { status: 400, fault: 'signature', words })
      return
    }
    const words = faultOfEnvelope(request.headers, raw)
    if (words !== undefined) {
      refuse(request, response, { status: 400, fault: 'form', words })
      return
    }
    const middleware = made.get(secret) ?? create(credentials, secret)
    made.set(secret, middleware)
    await (
      await middleware
    )(request, response, next)
    sightings.answered({
      event: String(request.headers['x-github-event']),
      guid: String(request.headers['x-github-delivery']),
      status: response.statusCode,
    })
  }
}

/** HMAC-SHA256 of the raw bytes: https://docs.github.com/en/webhooks/using-webhooks/validating-webhook-deliveries */
function fits(raw: Buffer, signature: string | string[] | undefined, secret: Secret): boolean {
  const expected = Buffer.from(`sha256=${createHmac('sha256', secret.reveal()).update(raw).digest('hex')}`)
  const given = Buffer.from(String(signature))
  return given.byteLength === expected.byteLength && timingSafeEqual(given, expected)
}

interface Refused {
  readonly status: number
  readonly fault: string
  readonly words: string
}

function refuse(request: IncomingMessage, response: ServerResponse, { status, fault, words }: Refused): void {
  response.setHeader(FAULT_HEADER, fault)
  respond(request, response, errorPage(status, words))
}
