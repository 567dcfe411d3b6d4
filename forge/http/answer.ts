import { createHash } from 'node:crypto'
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import type { Refusal } from './refusal.ts'

/** What a handler gives back. */
export interface Answer {
  readonly status: number
  readonly headers?: Readonly<Record<string, string>>
  /** Sent as JSON. */
  readonly json?: unknown
  /** Sent as it is. */
  readonly bytes?: Buffer
  readonly stream?: Readable
}

export function ok(json: unknown, headers: Readonly<Record<string, string>> = {}): Answer {
  return { status: 200, json, headers }
}

export function created(json: unknown): Answer {
  return { status: 201, json }
}

/** GitHub's form of an error: the status stands in the body too, as text. */
export function refusal({ status, message, errors }: Refusal): Answer {
  const body = {
    message,
    ...(errors === undefined ? {} : { errors }),
    documentation_url: 'https://docs.github.com/rest',
    status: String(status),
  }
  return { status, json: body }
}

/** Writes an answer; a GET that the client has already seen becomes 304 without a body. */
export async function send(request: IncomingMessage, response: ServerResponse, answer: Answer): Promise<void> {
  const { status, headers = {}, json, stream } = answer
  if (stream !== undefined) {
    response.writeHead(status, headers)
    // The status is out already: a failure can only be shown by cutting the connection, which pipeline does.
    await pipeline(stream, response)
    return
  }
  const bytes = answer.bytes ?? (json === undefined ? Buffer.alloc(0) : Buffer.from(JSON.stringify(json)))
  const type = json === undefined ? {} : { 'content-type': 'application/json; charset=utf-8' }
  const etag = `W/"${createHash('sha256').update(bytes).digest('hex')}"`
  const cacheable = request.method === 'GET' && status === 200
  if (cacheable && request.headers['if-none-match'] === etag) {
    response.writeHead(304, { ...headers, etag }).end()
    return
  }
  response.writeHead(status, {
    ...type,
    ...headers,
    ...(cacheable ? { etag, 'cache-control': 'private, max-age=60, s-maxage=60' } : {}),
    'content-length': String(status === 204 ? 0 : bytes.length),
  })
  response.end(request.method === 'HEAD' ? undefined : bytes)
}
