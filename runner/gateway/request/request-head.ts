import { canonicalHost } from './host.ts'
import { hopByHop, namedInConnection } from './hop-by-hop.ts'
import { isOurs } from './ours.ts'
import { announcedTrailers } from './trailers.ts'
import type { Fault } from '../answers/faults.ts'

/** What a parser hands over: Node's IncomingMessage, or a test's plain object. */
interface Received {
  readonly method?: string | undefined
  readonly url?: string | undefined
  readonly httpVersion: string
  /** Name, value, name, value, as they came. */
  readonly rawHeaders: readonly string[]
}

type Body =
  | { readonly kind: 'none' }
  | { readonly kind: 'sized'; readonly bytes: number }
  | { readonly kind: 'chunked' }

/** A request that has exactly one meaning. */
export interface RequestHead {
  readonly method: string
  /** In origin form, whatever form it came in. */
  readonly path: string
  readonly host: string
  /** The Host field as the client spelt it. */
  readonly authority: string
  readonly body: Body
  /** End-to-end fields that pass on: no framing, nothing hop-by-hop, nothing that only we may say. */
  readonly fields: readonly string[]
  /** Trailer fields that the client says will follow its body, separated by commas. */
  readonly announced: string
  /** The client will not drop trailers (RFC 9110 section 10.1.4). */
  readonly wantsTrailers: boolean
  readonly wantsHtml: boolean
  /** Asks for `Server-Timing` in the answer. */
  readonly wantsTiming: boolean
}

/** See `GatewayLimits`. */
interface Maximum {
  readonly headers: number
  readonly targetBytes: number
}

export type RequestVerdict =
  | { readonly kind: 'accepted'; readonly head: RequestHead }
  | { readonly kind: 'refused'; readonly fault: Fault; readonly wantsHtml: boolean; readonly host?: string }

/**
 * Reads a request the strict way: whatever two parsers could understand differently is refused, never repaired
 * (RFC 9112 sections 3.2 and 6.3, RFC 9110 section 7.2).
 */
export function readRequestHead(request: Received, maximum: Maximum): RequestVerdict {
  const raw = request.rawHeaders
  const fields: string[] = []
  const hosts: string[] = []
  const lengths: string[] = []
  const encodings: string[] = []
  let connection = ''
  let announced = ''
  let accepts = ''
  let wantsHtml = false
  let wantsTiming = false
  for (let index = 0; index + 1 < raw.length; index += 2) {
    const name = raw[index] ?? ''
    const value = raw[index + 1] ?? ''
    const lower = name.toLowerCase()
    switch (lower) {
      case 'host':
        hosts.push(value)
        break
      case 'content-length':
        lengths.push(value)
        break
      case 'transfer-encoding':
        encodings.push(value)
        break
      case 'connection':
        connection += connection === '' ? value : `,${value}`
        break
      case 'trailer':
        announced += `,${value}`
        break
      case 'te':
        accepts += `,${value}`
        break
      default:
        if (lower === 'accept' && value.includes('text/html')) wantsHtml = true
        if (isOurs(lower)) wantsTiming ||= lower === 'x-micropush-timing' && value !== '0'
        else if (!concernsConnection(lower)) fields.push(name, value)
    }
  }
  const refuse = (fault: Fault): RequestVerdict => ({ kind: 'refused', fault, wantsHtml })
  if (raw.length / 2 > maximum.headers) return refuse('head-too-large')
  if (request.httpVersion !== '1.1' && request.httpVersion !== '1.0') return refuse('version-unknown')
  const method = request.method ?? ''
  if (method === 'TRACE' || method === 'CONNECT' || method === '') return refuse('method-refused')
  if ((request.url ?? '').length > maximum.targetBytes) return refuse('target-too-long')
  const body = bodyOf({ lengths, encodings, version: request.httpVersion })
  if (body === undefined) return refuse('framing-ambiguous')
  const authority = hosts.length === 1 ? (hosts[0] ?? '').trim() : ''
  const host = canonicalHost(authority)
  if (host === undefined) return refuse('host-invalid')
  const path = originForm(request.url ?? '', host)
  if (path === undefined) return refuse('target-invalid')
  const named = namedInConnection(connection)
  const head = {
    method,
    path,
    host,
    authority,
    body,
    fields: named === undefined ? fields : without(fields, named),
    announced: announced === '' || body.kind !== 'chunked' ? '' : announcedTrailers(announced),
    wantsTrailers: accepts !== '' && request.httpVersion === '1.1' && /(?:^|,)\s*trailers\s*(?:,|;|$)/i.test(accepts),
    wantsHtml,
    wantsTiming,
  }
  return { kind: 'accepted', head }
}

/** Spelt with underscores as well: a WSGI app finds `Transfer_Encoding` where it looks for the real one. */
function concernsConnection(lower: string): boolean {
  return hopByHop.has(lower) || (lower.includes('_') && hopByHop.has(lower.replaceAll('_', '-')))
}

function bodyOf(framing: {
  readonly lengths: readonly string[]
  readonly encodings: readonly string[]
  readonly version: string
}): Body | undefined {
  const { lengths, encodings, version } = framing
  if (encodings.length > 0) {
    const chunked = encodings.length === 1 && encodings[0]?.trim().toLowerCase() === 'chunked'
    return chunked && lengths.length === 0 && version === '1.1' ? { kind: 'chunked' } : undefined
  }
  if (lengths.length === 0) return { kind: 'none' }
  const length = lengths[0] ?? ''
  if (lengths.length > 1 || !/^\d{1,15}$/.test(length)) return undefined
  const bytes = Number(length)
  return bytes === 0 ? { kind: 'none' } : { kind: 'sized', bytes }
}

/** The target as path and query; undefined when it names another host than the Host field, or is no path. */
function originForm(target: string, host: string): string | undefined {
  if (target.includes('#')) return undefined
  if (target.startsWith('/')) return target
  const absolute = /^https?:\/\/([^/?]*)(.*)$/i.exec(target)
  if (absolute === null || canonicalHost(absolute[1] ?? '') !== host) return undefined
  const rest = absolute[2] ?? ''
  return rest.startsWith('/') ? rest : `/${rest}`
}

function without(fields: readonly string[], named: ReadonlySet<string>): string[] {
  const kept: string[] = []
  for (let index = 0; index + 1 < fields.length; index += 2) {
    const name = fields[index] ?? ''
    if (!named.has(name.toLowerCase())) kept.push(name, fields[index + 1] ?? '')
  }
  return kept
}
