/** Fields that concern one connection and never pass on, in either direction (RFC 9110 section 7.6.1), framing included. */
export const hopByHop: ReadonlySet<string> = new Set([
  'connection',
  'content-length',
  'expect',
  'host',
  'http2-settings',
  'keep-alive',
  'proxy-authenticate',
  'proxy-authorization',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
])

/** The field names that a Connection field lists, lower case; undefined in the usual case of none. */
export function namedInConnection(connection: string): ReadonlySet<string> | undefined {
  if (connection === '') return undefined
  const names = connection
    .toLowerCase()
    .split(',')
    .map((name) => name.trim())
    .filter((name) => name !== '' && name !== 'keep-alive' && name !== 'close' && !hopByHop.has(name))
  return names.length === 0 ? undefined : new Set(names)
}
