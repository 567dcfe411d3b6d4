import { hopByHop } from './hop-by-hop.ts'
import { isOurs } from './ours.ts'

/**
 * Fields that a trailer must not carry (RFC 9110 section 6.5.1): what frames, routes, authenticates, steers caches or says how to
 * read the content has been acted on before a trailer comes, and a recipient that merges it would act on it once more.
 */
const forbidden: ReadonlySet<string> = new Set([
  ...hopByHop,
  'age',
  'authorization',
  'cache-control',
  'content-encoding',
  'content-range',
  'content-type',
  'cookie',
  'date',
  'expires',
  'location',
  'max-forwards',
  'pragma',
  'range',
  'retry-after',
  'set-cookie',
  'vary',
  'warning',
  'www-authenticate',
])

/** The trailer fields of a message that pass on, as name and value; none when there are more than `maximum`. */
export function passableTrailers(raw: readonly string[], maximum: number): [string, string][] {
  const passable: [string, string][] = []
  if (raw.length / 2 > maximum) return passable
  for (let index = 0; index + 1 < raw.length; index += 2) {
    const name = raw[index] ?? ''
    const value = raw[index + 1] ?? ''
    if (mayBeTrailer(name) && /^[\t\x20-\x7e\x80-\xff]*$/.test(value)) passable.push([name, value])
  }
  return passable
}

/** The names in a `Trailer` field that may come true. */
export function announcedTrailers(value: string): string {
  return value
    .split(',')
    .map((name) => name.trim())
    .filter((name) => /^[\w!#$%&'*+.^`|~-]+$/.test(name) && mayBeTrailer(name))
    .join(', ')
}

function mayBeTrailer(name: string): boolean {
  // As in a head: what WSGI and CGI do not tell apart is one name.
  const lower = name.toLowerCase().replaceAll('_', '-')
  return !forbidden.has(lower) && !lower.startsWith('if-') && !isOurs(lower)
}
