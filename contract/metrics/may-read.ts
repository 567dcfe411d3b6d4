import { createHash, timingSafeEqual } from 'node:crypto'
import type { IncomingMessage } from 'node:http'

type Asked = Pick<IncomingMessage, 'headers' | 'httpVersion'> & {
  readonly socket: Pick<IncomingMessage['socket'], 'remoteAddress'>
}

/** Whatever a proxy says of the client that it speaks for: RFC 7239, RFC 9110 section 7.6.3, and what was usual before. */
const FORWARDED = /^(?:forwarded|via|x-forwarded(?:-.*)?|x-real-ip|x-client-ip|true-client-ip|cf-connecting-ip)$/
const LOOPBACK = /^(?:127(?:\.\d{1,3}){3}|::1|::ffff:127(?:\.\d{1,3}){3})$/
const LOOPBACK_HOST = /^(?:localhost|127(?:\.\d{1,3}){3}|\[::1\])(?::\d+)?$/i

/**
 * Whether somebody may see the metrics: whoever has the token, and without it only a program on this machine that asks us directly. What
 * comes through a proxy comes from loopback as well; it is known by its fields, by a host that is not loopback's own (which also keeps web
 * pages out whose name was made to lead here), and by HTTP/1.0, which nginx speaks when nobody told it anything.
 *
 * @param token what `Authorization: Bearer` has to hold; undefined when there is none that would do.
 */
export function mayReadMetrics(asked: Asked, token: string | undefined): boolean {
  const given = /^Bearer +(\S+) *$/i.exec(asked.headers.authorization ?? '')?.[1]
  if (given !== undefined) return token !== undefined && isSame(given, token)
  return isDirect(asked)
}

function isDirect({ headers, httpVersion, socket }: Asked): boolean {
  if (!LOOPBACK.test(socket.remoteAddress ?? '') || httpVersion === '1.0') return false
  if (!LOOPBACK_HOST.test(headers.host ?? '')) return false
  return !Object.keys(headers).some((name) => FORWARDED.test(name))
}

/** In a time that says nothing of how much of it was right, its length included. */
function isSame(given: string, token: string): boolean {
  return timingSafeEqual(digest(given), digest(token))
}

function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest()
}
