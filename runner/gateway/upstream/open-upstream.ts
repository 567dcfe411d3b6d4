import { request, type Agent, type ClientRequest } from 'node:http'
import type { RequestHead } from '../request/request-head.ts'

interface Upstream {
  readonly agent: Agent
  readonly socketPath: string
  readonly fields: readonly string[]
  /** The largest head of an answer that is read. */
  readonly headBytes: number
}

/**
 * Begins a request to a micro; its body is the caller's.
 *
 * @returns undefined for a path with characters that Node's parser lets through and its client refuses.
 */
export function openUpstream(head: RequestHead, to: Upstream): ClientRequest | undefined {
  try {
    const upstream = request({
      agent: to.agent,
      socketPath: to.socketPath,
      method: head.method,
      path: head.path,
      headers: to.fields,
      setHost: false,
      maxHeaderSize: to.headBytes,
    })
    // Node drops what is past its own count in silence, Content-Length too; zero means no such count, ours follows.
    upstream.maxHeadersCount = 0
    return upstream
  } catch {
    return undefined
  }
}
