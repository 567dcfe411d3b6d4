import type { IncomingMessage, ServerResponse } from 'node:http'
import { scriptHash } from '../../web/policy.ts'

const DRAIN_MS = 2000

/** What a page may load and do: nothing but its own style, and pictures that stand in it. */
export const POLICY =
  "default-src 'none'; style-src 'unsafe-inline'; img-src data:; frame-ancestors 'none'; base-uri 'none'"

/** On every answer: nothing here is for search engines, to be guessed at, framed or kept. */
export const headersOfAll = {
  'cache-control': 'no-store',
  'content-security-policy': POLICY,
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
  'x-robots-tag': 'noindex, nofollow',
}

export interface Page {
  readonly status: number
  readonly type:
    | 'application/json'
    | 'text/html; charset=utf-8'
    | 'text/plain; charset=utf-8'
    | 'text/plain; version=0.0.4; charset=utf-8'
  readonly body: string
  /** The one script in the page, which may run and ask the bot itself for more. */
  readonly script?: string
  /** Further headers, and others than those of all answers. */
  readonly headers?: Readonly<Record<string, string>>
}

/** Sends a whole answer, without its body to a HEAD request. */
export function respond(request: IncomingMessage, response: ServerResponse, page: Page): void {
  const length = Buffer.byteLength(page.body)
  const policy = page.script === undefined ? POLICY : allowScript(page.script)
  const headers = { ...headersOfAll, 'content-security-policy': policy }
  response.writeHead(page.status, { ...headers, 'content-type': page.type, 'content-length': length, ...page.headers })
  response.end(request.method === 'HEAD' ? undefined : page.body)
}

function allowScript(script: string): string {
  return `${POLICY}; script-src ${scriptHash(script)}; connect-src 'self'`
}

/**
 * Answers before the body has come and ends the connection. What is still under way is read and thrown away for a moment, because
 * a connection that is closed on unread bytes is reset, and the answer may be lost with it.
 */
export function refuseBody(request: IncomingMessage, response: ServerResponse, page: Page): void {
  response.setHeader('connection', 'close')
  respond(request, response, page)
  request.resume()
  setTimeout(() => request.destroy(), DRAIN_MS).unref()
}

/** A JSON answer that says what is wrong. */
export function errorPage(status: number, message: string): Page {
  return { status, type: 'application/json', body: `${JSON.stringify({ error: message })}\n` }
}

/** What everybody gets who asks for what there is not, or is not for them. */
export const nothingHere: Page = errorPage(404, 'There is nothing here.')
