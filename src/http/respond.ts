import type { IncomingMessage, ServerResponse } from 'node:http'

const DRAIN_MS = 2000

/** On every answer: nothing here is for search engines, to be guessed at, framed or kept. */
const headersOfAll = {
  'cache-control': 'no-store',
  'content-security-policy': "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'; base-uri 'none'",
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
  'x-robots-tag': 'noindex, nofollow',
}

export interface Page {
  readonly status: number
  readonly type: 'application/json' | 'text/html; charset=utf-8' | 'text/plain; charset=utf-8'
  readonly body: string
}

/** Sends a whole answer, without its body to a HEAD request. */
export function respond(request: IncomingMessage, response: ServerResponse, page: Page): void {
  const length = Buffer.byteLength(page.body)
  response.writeHead(page.status, { ...headersOfAll, 'content-type': page.type, 'content-length': length })
  response.end(request.method === 'HEAD' ? undefined : page.body)
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
