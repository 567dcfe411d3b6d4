import type { IncomingMessage, ServerResponse } from 'node:http'
import { platformLimits } from '../../contract/limits.ts'
import { readBody, type BodyBudget, type ReadBody } from './read-body.ts'
import { errorPage, refuseBody, respond } from './respond.ts'

/** Four of the largest deliveries at a time. */
const BUDGET_BYTES = 4 * platformLimits.webhookBodyBytes
const NEEDED_HEADERS = ['x-github-event', 'x-github-delivery', 'x-hub-signature-256'] as const

/** Probot's middleware, which checks the signature, calls the app and answers. */
export type Middleware = (request: IncomingMessage, response: ServerResponse, next: () => void) => unknown

/** In front of Probot, which reads bodies of any size: takes at most 25 MB, GitHub's own cap, and hands on the raw bytes. */
export function createWebhookDoor(
  middleware: Middleware,
): (request: IncomingMessage, response: ServerResponse) => Promise<void> {
  const budget: BodyBudget = { heldBytes: 0, mostBytes: BUDGET_BYTES }
  return async (request, response) => {
    const missing = NEEDED_HEADERS.find((name) => request.headers[name] === undefined)
    if (missing !== undefined) return refuseBody(request, response, errorPage(400, `The header ${missing} is missing.`))
    const body = await readBody(request, { mostBytes: platformLimits.webhookBodyBytes, budget })
    if (body.kind !== 'body') return refuse(request, response, body.kind)
    await middleware(Object.assign(request, { body: {}, rawBody: body.bytes }), response, () => {
      respond(request, response, errorPage(404, 'There is nothing here.'))
    })
  }
}

function refuse(request: IncomingMessage, response: ServerResponse, kind: Exclude<ReadBody['kind'], 'body'>): void {
  switch (kind) {
    case 'too-large':
      return refuseBody(request, response, errorPage(413, 'A webhook has at most 25 MB.'))
    case 'busy':
      return refuseBody(request, response, errorPage(503, 'Too many webhooks at a time; deliver it again.'))
    case 'broken':
      response.destroy()
  }
}
