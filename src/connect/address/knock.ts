import { request as requestHttp } from 'node:http'
import { request as requestHttps } from 'node:https'
import { isIPv6, type LookupFunction } from 'node:net'

const DEADLINE_MS = 10_000
const ANSWER_BYTES = 4096

export type Knock =
  | { readonly kind: 'answered'; readonly status: number; readonly text: string; readonly location: string | undefined }
  /** A code of Node's, such as ECONNREFUSED or CERT_HAS_EXPIRED, or `late`. */
  | { readonly kind: 'unreachable'; readonly code: string }

/**
 * Asks an address for one page, at one of the IP addresses that were looked at before: a name that leads elsewhere in the meantime is
 * not followed, and neither is a redirect. Never throws.
 */
export async function knock(url: URL, address: string): Promise<Knock> {
  const { promise, resolve } = Promise.withResolvers<Knock>()
  const family = isIPv6(address) ? 6 : 4
  const lookup: LookupFunction = (_name, options, done) => {
    if (options.all === true) done(null, [{ address, family }])
    else done(null, address, family)
  }
  const send = url.protocol === 'https:' ? requestHttps : requestHttp
  const signal = AbortSignal.timeout(DEADLINE_MS)
  const asked = send(url, { lookup, agent: false, signal, headers: { accept: 'text/plain' } }, (answer) => {
    let text = ''
    answer.setEncoding('utf8')
    const done = () => {
      resolve({ kind: 'answered', status: answer.statusCode ?? 0, text, location: answer.headers.location })
      asked.destroy()
    }
    answer.on('data', (chunk: string) => {
      text += chunk
      if (text.length > ANSWER_BYTES) done()
    })
    answer.on('end', done)
  })
  asked.on('error', (error: Error & { readonly code?: string }) => {
    resolve({ kind: 'unreachable', code: signal.aborted ? 'late' : (error.code ?? error.name) })
  })
  asked.end()
  return promise
}
