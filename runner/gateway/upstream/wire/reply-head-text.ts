/** The head of a micro's answer, as its bytes spell it. */
export interface WireHead {
  readonly status: number
  readonly reason: string
  /** Name, value, name, value, as they came. */
  readonly rawHeaders: readonly string[]
  readonly framing: Framing
  /** Whether the micro leaves the connection open behind this answer (RFC 9112 section 9.3). */
  readonly keepAlive: boolean
  /** It names a protocol that it changes to. */
  readonly upgrade: boolean
}

/** How the end of a body is found. `length` counts bytes. */
type Framing =
  | { readonly kind: 'length'; readonly bytes: number }
  | { readonly kind: 'chunked' }
  | { readonly kind: 'until-end' }

const STATUS_LINE = /^HTTP\/1\.([01]) (\d{3})(?: ([\t\x20-\x7e\x80-\xff]*))?$/
/** Not every reader takes a tab there for the white space that it is. */
const TAB_IN_FRAMING = /^(?:content-length|transfer-encoding|connection):[^\r]*\t/im
const NAME = /^[\w!#$%&'*+.^`|~-]+$/
const VALUE = /^[\t\x20-\x7e\x80-\xff]*$/

/**
 * Reads the head of an answer, without the empty line behind it, the strict way: what two parsers could understand differently is
 * refused, never repaired (RFC 9112 sections 2.2, 4, 5 and 6.3).
 */
export function readReplyHeadText(text: string): WireHead | undefined {
  const lineEnd = text.indexOf('\r\n')
  const line = STATUS_LINE.exec(lineEnd === -1 ? text : text.slice(0, lineEnd))
  const rawHeaders = line === null ? undefined : lineEnd === -1 ? [] : readFieldLines(text, lineEnd + 2)
  if (line === null || rawHeaders === undefined || (text.includes('\t') && TAB_IN_FRAMING.test(text))) return undefined
  const meaning = meaningOf(rawHeaders)
  const framing = framingOf(meaning)
  if (framing === undefined) return undefined
  return {
    status: Number(line[2]),
    reason: line[3] ?? '',
    rawHeaders,
    framing,
    keepAlive: staysOpen(meaning.connection, line[1]),
    upgrade: meaning.upgrade && /(?:^|,)\s*upgrade\s*(?:,|$)/i.test(meaning.connection),
  }
}

/** Field lines from an index to the end of the text; undefined when one of them is none. */
export function readFieldLines(text: string, from: number): string[] | undefined {
  const fields: string[] = []
  for (let at = from; at < text.length;) {
    const found = text.indexOf('\r\n', at)
    const end = found === -1 ? text.length : found
    const colon = text.indexOf(':', at)
    if (colon === -1 || colon > end) return undefined
    const name = text.slice(at, colon)
    const value = withoutSpace(text, colon + 1, end)
    if (!NAME.test(name) || !VALUE.test(value)) return undefined
    fields.push(name, value)
    at = end + 2
  }
  return fields
}

function withoutSpace(text: string, from: number, to: number): string {
  let start = from
  let end = to
  while (start < end && isSpace(text.charCodeAt(start))) start += 1
  while (end > start && isSpace(text.charCodeAt(end - 1))) end -= 1
  return text.slice(start, end)
}

function isSpace(code: number): boolean {
  return code === 32 || code === 9
}

interface Meaning {
  readonly lengths: readonly string[]
  readonly codings: readonly string[]
  readonly connection: string
  readonly upgrade: boolean
}

function meaningOf(fields: readonly string[]): Meaning {
  const lengths: string[] = []
  const codings: string[] = []
  let connection = ''
  let upgrade = false
  for (let index = 0; index + 1 < fields.length; index += 2) {
    const name = fields[index] ?? ''
    const value = fields[index + 1] ?? ''
    // Its length tells most names apart without a copy in lower case.
    if (name.length === 14 && name.toLowerCase() === 'content-length') lengths.push(value)
    else if (name.length === 17 && name.toLowerCase() === 'transfer-encoding') codings.push(value)
    else if (name.length === 10 && name.toLowerCase() === 'connection') connection += `,${value}`
    else if (name.length === 7 && name.toLowerCase() === 'upgrade') upgrade = true
  }
  return { lengths, codings, connection, upgrade }
}

function framingOf({ lengths, codings }: Meaning): Framing | undefined {
  if (codings.length > 0) {
    const chunked = codings.length === 1 && codings[0]?.toLowerCase() === 'chunked'
    return chunked && lengths.length === 0 ? { kind: 'chunked' } : undefined
  }
  const [length] = lengths
  if (length === undefined) return { kind: 'until-end' }
  return lengths.length === 1 && /^\d{1,15}$/.test(length) ? { kind: 'length', bytes: Number(length) } : undefined
}

function staysOpen(connection: string, minor: string | undefined): boolean {
  if (connection === '') return minor === '1'
  if (/(?:^|,)\s*close\s*(?:,|$)/i.test(connection)) return false
  return minor === '1' || /(?:^|,)\s*keep-alive\s*(?:,|$)/i.test(connection)
}
