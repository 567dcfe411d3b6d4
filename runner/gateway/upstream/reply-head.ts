import { announcedTrailers } from '../request/trailers.ts'
import { hopByHop, namedInConnection } from '../request/hop-by-hop.ts'

interface Received {
  readonly status: number
  readonly reason: string
  readonly rawHeaders: readonly string[]
}

export interface ReplyHead {
  readonly status: number
  readonly reason: string
  readonly fields: string[]
  /** Body bytes as announced, or undefined when the micro announced none. */
  readonly length: number | undefined
  /** A server-sent event stream: it may last and weigh what it likes. */
  readonly eventStream: boolean
}

/**
 * A micro's answer as the client gets it: nothing hop-by-hop, cookies only for its own host, our request id.
 *
 * @returns undefined when it has more fields than `maximumFields`, a status of no class, or is coded in a way that cannot pass on.
 */
export function readReplyHead(
  reply: Received,
  of: {
    readonly host: string
    readonly requestId: string
    readonly maximumFields: number
    /** Whether the client gets chunks, and so may get trailers. */
    readonly passTrailer?: boolean
  },
): ReplyHead | undefined {
  const raw = reply.rawHeaders
  const { status } = reply
  // RFC 9110 section 15 knows no other classes, and each client makes its own of them.
  if (raw.length / 2 > of.maximumFields || status < 100 || status > 599) return undefined
  let fields: string[] = []
  let connection = ''
  let announced = ''
  const encodings: string[] = []
  let length: number | undefined
  let eventStream = false
  for (let index = 0; index + 1 < raw.length; index += 2) {
    const name = raw[index] ?? ''
    const value = raw[index + 1] ?? ''
    const lower = name.toLowerCase()
    if (lower === 'connection') connection += connection === '' ? value : `,${value}`
    else if (lower === 'content-length') length = Number(value)
    else if (lower === 'trailer') announced += `,${value}`
    else if (lower === 'transfer-encoding') encodings.push(value.trim().toLowerCase())
    else if (lower === 'set-cookie') fields.push(name, ownCookie(value, of.host))
    else if (lower !== 'x-request-id' && !hopByHop.has(lower)) {
      if (lower === 'content-type' && /^text\/event-stream\b/i.test(value)) eventStream = true
      fields.push(name, value)
    }
  }
  // Chunks are undone on the way; any other coding would be lost with the field that names it (RFC 9112 section 7).
  const chunked = encodings.length > 0
  if (chunked && (encodings.length > 1 || encodings[0] !== 'chunked')) return undefined
  const named = namedInConnection(connection)
  if (named !== undefined) fields = fields.filter((_, at) => !named.has((fields[at - (at % 2)] ?? '').toLowerCase()))
  // RFC 9110 section 8.6: no Content-Length in an answer that cannot have a body.
  if (length !== undefined && status >= 200 && status !== 204) fields.push('Content-Length', String(length))
  if (announced !== '' && chunked && of.passTrailer === true) {
    const names = announcedTrailers(announced)
    if (names !== '') fields.push('Trailer', names)
  }
  fields.push('X-Request-Id', of.requestId)
  return { status, reason: plainReason(reply.reason), fields, length, eventStream }
}

/**
 * Endpoints are siblings under one domain and belong to strangers: a cookie for the common parent would reach them all,
 * so a Domain attribute that is wider than the micro's own host is taken away and the cookie stays with that host.
 */
function ownCookie(cookie: string, host: string): string {
  if (!/;\s*domain\s*=/i.test(cookie)) return cookie
  return cookie
    .split(';')
    .filter((part, index) => {
      const domain = index === 0 ? undefined : /^\s*domain\s*=\s*"?\.?([^"]*?)"?\s*$/i.exec(part)?.[1]
      return domain === undefined || domain.toLowerCase() === host
    })
    .join(';')
}

function plainReason(reason: string): string {
  return reason.length <= 100 && /^[\t\x20-\x7e]+$/.test(reason) ? reason : ''
}
