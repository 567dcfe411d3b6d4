import { describe, expect, it } from 'vitest'
import { RawClient } from './support/client.ts'
import { HOST, stageWith } from './support/stage.ts'

describe('streams', () => {
  it('passes server-sent events on one by one, and past the payload limit', async () => {
    let send: (text: string) => void = () => undefined
    const arrived = Promise.withResolvers<void>()
    const stage = await stageWith(
      (_request, response) => {
        response.writeHead(200, { 'Content-Type': 'text/event-stream' })
        response.flushHeaders()
        send = (text) => response.write(text)
        arrived.resolve()
      },
      { route: { payloadBytes: 1000, timeoutMs: 150 } },
    )
    const client = new RawClient(stage)
    client.socket.write(`GET / HTTP/1.1\r\nHost: ${HOST}\r\n\r\n`)
    await client.sees('text/event-stream')
    await arrived.promise
    send('data: one\n\n')
    await client.sees('data: one')
    expect(client.text).not.toContain('data: two')
    // Longer than the execution time: it bounds the first byte, not a stream.
    await new Promise((resolve) => setTimeout(resolve, 300))
    send('data: two\n\n')
    await client.sees('data: two')
    send(`data: ${'x'.repeat(3000)}end\n\n`)
    await client.sees('xend')
  })

  it('ends a stream at the micro when its reader ends', async () => {
    const ended = Promise.withResolvers<void>()
    const stage = await stageWith((_request, response) => {
      response.writeHead(200, { 'Content-Type': 'text/event-stream' })
      response.flushHeaders()
      response.once('close', ended.resolve)
    })
    const client = new RawClient(stage)
    client.socket.write(`GET / HTTP/1.1\r\nHost: ${HOST}\r\n\r\n`)
    await client.sees('text/event-stream')
    client.socket.end()
    await ended.promise
  })

  it('shows the head of a chunked answer before its first chunk', async () => {
    let finish: () => void = () => undefined
    const stage = await stageWith((_request, response) => {
      response.writeHead(200)
      response.flushHeaders()
      finish = () => response.end('rest')
    })
    const client = new RawClient(stage)
    client.socket.write(`GET / HTTP/1.1\r\nHost: ${HOST}\r\n\r\n`)
    await client.sees('HTTP/1.1 200 OK')
    finish()
    await client.sees('rest')
  })
})
