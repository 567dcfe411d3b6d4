import { STATUS_CODES, type IncomingMessage, type ServerResponse } from 'node:http'
import { faultPage } from '../../../web/fault-page.ts'
import { faultText, type Fault } from './faults.ts'
import { lingerOnClose } from './linger.ts'
import type { Connection } from '../request/connections.ts'

export interface AnswerTo {
  readonly request: IncomingMessage
  readonly response: ServerResponse
  readonly requestId: string
  readonly wantsHtml: boolean
  /** Shown to the visitor on the page. */
  readonly host?: string | undefined
  /** Whether a body may still be on its way. */
  readonly hasBody: boolean
  readonly connection: Connection
  readonly lingerMs: number
}

export interface Reason {
  readonly fault: Fault
  readonly message?: string
  readonly retryAfterSeconds?: number
}

/** Answers a request ourselves: a page for browsers, JSON for others. Where an answer has begun, all that is left is to break it off. */
export function answer(to: AnswerTo, reason: Reason): void {
  const { request, response } = to
  if (response.headersSent) {
    cut(to)
    return
  }
  const unread = to.hasBody && !request.complete
  const made = renderFault(reason, to)
  if (unread || mustClose(made.status)) {
    response.shouldKeepAlive = false
    to.connection.refusing = true
    if (unread) lingerOnClose(request, to.lingerMs)
  }
  response.writeHead(made.status, made.fields)
  response.end(request.method === 'HEAD' ? undefined : made.body)
}

/** Breaks an answer off so that nobody takes it for a whole one: to HTTP/1.0 the end of the connection is the end of the answer. */
function cut({ request, response }: AnswerTo): void {
  if (request.httpVersion === '1.0') request.socket.resetAndDestroy()
  else response.destroy()
}

/** The same for a connection whose request could not even be parsed: the bytes of a whole answer that ends the connection. */
export function rawAnswer(fault: Fault): string {
  const made = renderFault({ fault }, { wantsHtml: false })
  const lines = [`HTTP/1.1 ${made.status} ${STATUS_CODES[made.status] ?? ''}`]
  for (let index = 0; index + 1 < made.fields.length; index += 2) {
    lines.push(`${made.fields[index]}: ${made.fields[index + 1]}`)
  }
  lines.push(`Date: ${new Date().toUTCString()}`, 'Connection: close')
  return `${lines.join('\r\n')}\r\n\r\n${made.body}`
}

interface Rendered {
  readonly status: number
  readonly fields: string[]
  readonly body: string
}

function renderFault(
  reason: Reason,
  to: { readonly wantsHtml: boolean; readonly requestId?: string; readonly host?: string | undefined },
): Rendered {
  const text = faultText(reason.fault, reason.message)
  const body = to.wantsHtml
    ? faultPage({ ...text, requestId: to.requestId, host: to.host })
    : `${JSON.stringify({
        error: reason.fault,
        message: text.message,
        request_id: to.requestId,
        hint: [text.hint, text.owner === undefined ? undefined : `If the micro is yours: ${text.owner}`]
          .filter((part) => part !== undefined)
          .join(' '),
      })}\n`
  const fields = [
    'Content-Type',
    to.wantsHtml ? 'text/html; charset=utf-8' : 'application/json; charset=utf-8',
    'Content-Length',
    String(Buffer.byteLength(body)),
    'Cache-Control',
    'no-store',
    'X-Content-Type-Options',
    'nosniff',
    'Content-Security-Policy',
    "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'",
    'Referrer-Policy',
    'no-referrer',
    'Vary',
    'Accept',
  ]
  if (text.status === 503) fields.push('Retry-After', String(reason.retryAfterSeconds ?? 2))
  if (to.requestId !== undefined) fields.push('X-Request-Id', to.requestId)
  return { status: text.status, fields, body }
}

/** After these nobody can be sure where the next request begins. */
function mustClose(status: number): boolean {
  return [400, 405, 408, 414, 431, 505].includes(status)
}
