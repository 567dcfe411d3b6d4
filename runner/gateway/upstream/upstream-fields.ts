import type { Origin } from '../request/origin.ts'
import type { RequestHead } from '../request/request-head.ts'

/** The fields of the request as the micro gets it, freshly framed, with what only the gateway knows. */
export function upstreamFields(head: RequestHead, origin: Origin & { readonly requestId: string }): string[] {
  const fields = ['Host', head.authority, ...head.fields]
  fields.push(
    'X-Forwarded-For',
    origin.address,
    'X-Forwarded-Proto',
    origin.scheme,
    'X-Forwarded-Host',
    origin.authority,
    'X-Real-IP',
    origin.address,
    'X-Request-Id',
    origin.requestId,
  )
  if (head.body.kind === 'sized') fields.push('Content-Length', String(head.body.bytes))
  else if (head.body.kind === 'chunked') {
    fields.push('Transfer-Encoding', 'chunked')
    if (head.announced !== '') fields.push('Trailer', head.announced)
  }
  // Node's client would announce a chunked body for these methods when nothing is said.
  else if (head.method !== 'GET' && head.method !== 'HEAD') fields.push('Content-Length', '0')
  // RFC 9110 section 10.1.4: TE concerns one connection, so it is ours to send, and Connection has to name it.
  if (head.wantsTrailers) fields.push('TE', 'trailers', 'Connection', 'TE')
  return fields
}
