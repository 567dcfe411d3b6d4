import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import type { Connection } from './connections.ts'
import type { RequestHead } from './request-head.ts'
import type { Trace } from '../trace.ts'

/** One request on its way through the gateway. */
export interface Call {
  readonly request: IncomingMessage
  readonly response: ServerResponse
  readonly connection: Connection
  readonly requestId: string
  readonly head: RequestHead
  readonly trace: Trace
  /** The client waits for `100 Continue` before it sends its body. */
  readonly expectsContinue: boolean
  /** Set when the client asks for a WebSocket. */
  readonly upgrade: { readonly socket: Socket; readonly rest: Buffer } | undefined
}
