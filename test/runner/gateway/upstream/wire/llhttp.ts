import { request, type IncomingMessage } from 'node:http'
import { Duplex } from 'node:stream'

/** What a reader makes of the bytes of an answer, when the connection ends behind them. */
export interface Reading {
  readonly verdict: 'whole' | 'broken' | 'upgrade'
  readonly informational: readonly number[]
  readonly status: number | undefined
  readonly fields: readonly string[]
  readonly body: string
  readonly trailers: readonly string[]
}

/** Node's own client, which reads with llhttp. */
export function readByLlhttp(pieces: readonly Buffer[], method: 'GET' | 'HEAD'): Promise<Reading> {
  const { promise, resolve } = Promise.withResolvers<Reading>()
  const informational: number[] = []
  let reply: IncomingMessage | undefined
  let body = ''
  const done = (verdict: Reading['verdict']): void => {
    resolve({
      verdict,
      informational,
      status: reply?.statusCode,
      fields: reply?.rawHeaders ?? [],
      body,
      trailers: verdict === 'whole' ? (reply?.rawTrailers ?? []) : [],
    })
  }
  const socket = new Duplex({
    read() {},
    write(_chunk, _encoding, callback) {
      callback()
    },
  })
  const asked = request({ method, createConnection: () => socket, maxHeaderSize: 32_768 })
  asked.maxHeadersCount = 0
  asked.on('information', (info) => informational.push(info.statusCode))
  asked.on('error', () => {
    // Bytes behind a whole answer: it counts.
    if (reply?.complete !== true) done('broken')
  })
  asked.on('upgrade', (incoming) => {
    reply = incoming
    done('upgrade')
  })
  asked.on('response', (incoming) => {
    reply = incoming
    incoming.setEncoding('latin1')
    incoming.on('data', (text: string) => {
      body += text
    })
    incoming.on('error', () => done('broken'))
    incoming.on('end', () => done(incoming.complete ? 'whole' : 'broken'))
  })
  asked.end()
  for (const piece of pieces) socket.push(piece)
  socket.push(null)
  return promise
}
