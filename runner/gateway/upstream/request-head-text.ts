import type { RequestHead } from '../request/request-head.ts'

/** What must not get into a head from a field, whatever a parser has let through. */
const UNSAFE_FIELD = /[^\t\x20-\x7e\x80-\xff]/
const UNSAFE_TARGET = /[^\x21-\x7e\x80-\xff]/

/**
 * The head of a request as bytes for a micro.
 *
 * @param connection what the micro is told of the connection, unless the fields say it.
 * @returns undefined for a target or a field with characters that would change its meaning.
 */
export function requestHeadText(
  head: Pick<RequestHead, 'method' | 'path'>,
  fields: readonly string[],
  connection: 'keep-alive' | 'close',
): string | undefined {
  if (UNSAFE_TARGET.test(head.path)) return undefined
  let text = `${head.method} ${head.path} HTTP/1.1\r\n`
  let told = false
  for (let index = 0; index + 1 < fields.length; index += 2) {
    const name = fields[index] ?? ''
    const value = fields[index + 1] ?? ''
    if (UNSAFE_FIELD.test(value)) return undefined
    if (name === 'Connection') told = true
    text += `${name}: ${value}\r\n`
  }
  return told ? `${text}\r\n` : `${text}Connection: ${connection}\r\n\r\n`
}
