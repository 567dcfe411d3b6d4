import type { RequestHead } from '../request/request-head.ts'

interface Origin {
  readonly address: string
  readonly scheme: 'http' | 'https'
  readonly requestId: string
}

/** The fields of the request as the micro gets it, freshly framed, with what only the gateway knows. */
export function upstreamFields(head: RequestHead, origin: Origin): string[] {
  const fields = ['Host', head.authority, ...head.fields]
  fields.push(
    'X-Forwarded-For',
    origin.address,
    'X-Forwarded-Proto',
    origin.scheme,
    'X-Forwarded-Host',
    head.authority,
    'X-Real-IP',
    origin.address,
    'X-Request-Id',
    origin.requestId,
  )
  if (head.body.kind === 'sized') fields.push('Content-Length', String(head.body.bytes))
  else if (head.body.kind === 'chunked') fields.push('Transfer-Encoding', 'chunked')
  // Node's client would announce a chunked body for these methods when nothing is said.
  else if (head.method !== 'GET' && head.method !== 'HEAD') fields.push('Content-Length', '0')
  return fields
}

/** The peer's address as an app expects it: IPv4 without the IPv6 wrapping of a dual-stack socket. */
export function clientAddress(remote: string | undefined): string {
  if (remote === undefined) return 'unknown'
  return remote.startsWith('::ffff:') ? remote.slice(7) : remote
}
