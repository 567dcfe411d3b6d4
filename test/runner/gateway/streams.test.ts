import { once } from 'node:events'
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

  it('ends an event stream that says nothing for long, or that has lasted for its time, and blames nobody', async () => {
    for (const limits of [{ streamIdleMs: 60 }, { streamMs: 150 }]) {
      const stage = await stageWith(
        (_request, response) => {
          response.writeHead(200, { 'Content-Type': 'text/event-stream' })
          response.write('data: one\n\n')
          if (limits.streamMs === undefined) return
          const beat = setInterval(() => response.write('data: more\n\n'), 20)
          response.once('close', () => clearInterval(beat))
        },
        { limits },
      )
      const client = new RawClient(stage)
      client.socket.write(`GET / HTTP/1.1\r\nHost: ${HOST}\r\n\r\n`)
      await client.sees('data: one')
      if (!client.socket.destroyed) await once(client.socket, 'close')
      expect(client.text).not.toMatch(/\r\n0\r\n\r\n$/)
      await stage.engine.settled()
      expect(stage.engine.all('suspect')).toEqual([])
    }
  })

  it('streams both ways at once: each piece is answered before the next is sent', async () => {
    const stage = await stageWith((request, response) => {
      response.writeHead(200)
      request.on('data', (chunk: Buffer) => response.write(`<${chunk.toString()}>`))
      request.on('end', () => response.end('<end>'))
    })
    const client = new RawClient(stage)
    client.socket.write(`POST / HTTP/1.1\r\nHost: ${HOST}\r\nTransfer-Encoding: chunked\r\n\r\n`)
    for (const piece of ['one', 'two', 'three']) {
      client.socket.write(`${piece.length.toString(16)}\r\n${piece}\r\n`)
      await client.sees(`<${piece}>`)
    }
    client.socket.write('0\r\n\r\n')
    await client.sees('<end>')
    await once(client.socket, 'close')
  })

  it('streams a large body in as slowly as the micro reads it', async () => {
    const MB = 1024 * 1024
    let received = 0
    let goOn: () => void = () => undefined
    const arrived = Promise.withResolvers<void>()
    const stage = await stageWith((request, response) => {
      request.once('readable', () => arrived.resolve())
      goOn = () => {
        request.on('data', (chunk: Buffer) => (received += chunk.length))
        request.on('end', () => response.end(String(received)))
      }
    })
    const client = new RawClient(stage)
    client.socket.write(`POST / HTTP/1.1\r\nHost: ${HOST}\r\nContent-Length: ${5 * MB}\r\nConnection: close\r\n\r\n`)
    const sent = new Promise((resolve) => client.socket.write(Buffer.alloc(5 * MB), resolve))
    await arrived.promise
    await stage.engine.settled()
    // Buffers of both connections and of both parsers hold some of it; the rest waits at the client.
    expect(client.socket.writableLength).toBeGreaterThan(0)
    goOn()
    await sent
    await client.sees(String(5 * MB))
  })
})
