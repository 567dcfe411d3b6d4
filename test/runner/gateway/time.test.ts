import { once } from 'node:events'
import { connect } from 'node:net'
import { describe, expect, it } from 'vitest'
import { ask, errorOf, RawClient } from './support/client.ts'
import { HOST, stage, stageWith } from './support/stage.ts'

describe('the execution time', () => {
  it('ends in 504 when no byte came, tells the engine, and ends the request at the micro', async () => {
    const ended = Promise.withResolvers<void>()
    const stage = await stageWith((_request, response) => void response.once('close', () => ended.resolve()), {
      route: { timeoutMs: 60 },
    })
    const answer = await ask(stage)
    expect(answer.status).toBe(504)
    expect(errorOf(answer)).toBe('timeout')
    expect(stage.engine.all('suspect')).toMatchObject([{ deploymentId: 'd1', reason: 'timeout' }])
    await ended.promise
  })

  it("is one request's alone when the micro answers others meanwhile: it is slow then, and not stuck", async () => {
    const stage = await stageWith(
      (request, response) => {
        if (request.url !== '/slow') response.end('well')
      },
      { route: { timeoutMs: 400 } },
    )
    const late = ask(stage, { path: '/slow' })
    for (let more = 0; more < 7; more += 1) {
      expect((await ask(stage)).body).toBe('well')
      await new Promise((resolve) => setTimeout(resolve, 50))
    }
    expect((await late).status).toBe(504)
    expect(stage.engine.all('suspect')).toMatchObject([{ deploymentId: 'd1', reason: 'late' }])
  })

  it('is told of, when the engine asks whether a sandbox has answered lately: other processes have other requests', async () => {
    const made = await stage()
    const { socket } = await made.serve('d1', (_request, response) => response.end('well'))
    const { engine } = made
    engine.say({ type: 'awake', deploymentId: 'd1', sockets: [socket] })
    await engine.settled()
    const said = async (of: { readonly socket: string; readonly withinMs: number }) => {
      const id = engine.all('answered').length
      engine.say({ type: 'answered', id, deploymentId: 'd1', ...of })
      await engine.hears('answered', id + 1)
      return engine.all('answered')[id]
    }
    expect(await said({ socket, withinMs: 5000 })).toMatchObject({ lately: false })
    await ask(made)
    expect(await said({ socket, withinMs: 5000 })).toEqual({ type: 'answered', id: 1, lately: true })
    expect(await said({ socket: '/another', withinMs: 5000 })).toMatchObject({ lately: false })
    await new Promise((resolve) => setTimeout(resolve, 20))
    expect(await said({ socket, withinMs: 10 })).toMatchObject({ lately: false })
  })

  it('is counted anew between two bytes', async () => {
    const stage = await stageWith(
      (_request, response) => {
        let left = 6
        const beat = setInterval(() => {
          left -= 1
          response.write('x')
          if (left > 0) return
          clearInterval(beat)
          response.end()
        }, 60)
      },
      { route: { timeoutMs: 200 } },
    )
    expect((await ask(stage)).body).toBe('xxxxxx')
  })

  it('breaks off an answer that stands still', async () => {
    const stage = await stageWith((_request, response) => void response.write('x'), { route: { timeoutMs: 60 } })
    await expect(ask(stage)).rejects.toThrow()
  })

  it('bounds a whole answer, too: one that drips is broken off, which no client takes for its end', async () => {
    const ended = Promise.withResolvers<void>()
    const stage = await stageWith(
      (_request, response) => {
        const beat = setInterval(() => response.write('x'), 20)
        response.once('close', () => {
          clearInterval(beat)
          ended.resolve()
        })
      },
      { route: { timeoutMs: 100 }, limits: { answerMs: 300 } },
    )
    await expect(ask(stage)).rejects.toThrow()
    await ended.promise
    await stage.engine.settled()
    expect(stage.engine.all('suspect')).toMatchObject([{ deploymentId: 'd1' }])
  })

  it('lets an answer last as long as the micro may take for its first byte', async () => {
    const stage = await stageWith(
      (_request, response) => {
        response.write('x')
        setTimeout(() => response.end('y'), 200)
      },
      { route: { timeoutMs: 5000 }, limits: { answerMs: 50 } },
    )
    expect((await ask(stage)).body).toBe('xy')
  })

  it('does not blame the micro for a client that stops sending', async () => {
    const stage = await stageWith((request) => void request.resume(), { route: { timeoutMs: 60 } })
    const client = new RawClient(stage)
    client.socket.write(`POST / HTTP/1.1\r\nHost: ${HOST}\r\nContent-Length: 100\r\n\r\nabc`)
    await client.sees('HTTP/1.1 408')
    expect(stage.engine.all('suspect')).toEqual([])
  })

  it('blames the micro when it does not read', async () => {
    const stage = await stageWith((request) => void request.pause(), { route: { timeoutMs: 80 } })
    const answer = await ask(stage, { method: 'POST', body: Buffer.alloc(5 * 1024 * 1024) })
    expect(answer.status).toBe(504)
  })
})

describe('a slow client', () => {
  it('that never ends its head is told so and let go', async () => {
    const stage = await stageWith((_request, response) => response.end(), { limits: { headMs: 50 } })
    const client = new RawClient(stage)
    client.socket.write('GET / HTTP/1.1\r\nX: ')
    await client.sees('HTTP/1.1 408')
  })

  it('that never ends its body is told so', async () => {
    const stage = await stageWith((request) => void request.resume(), { limits: { headMs: 50, requestMs: 100 } })
    const client = new RawClient(stage)
    client.socket.write(`POST / HTTP/1.1\r\nHost: ${HOST}\r\nContent-Length: 100\r\n\r\nabc`)
    await client.sees('HTTP/1.1 408')
  })

  it('does not make the micro wait: back-pressure reaches it', async () => {
    let written = 0
    const stopped = Promise.withResolvers<void>()
    const stage = await stageWith((_request, response) => {
      response.writeHead(200, { 'Content-Type': 'text/event-stream' })
      const more = (): void => {
        while (response.write(Buffer.alloc(65_536))) written += 65_536
        stopped.resolve()
      }
      more()
    }, {})
    const socket = connect(stage.port, '127.0.0.1')
    socket.pause()
    socket.write(`GET / HTTP/1.1\r\nHost: ${HOST}\r\n\r\n`)
    await stopped.promise
    expect(written).toBeLessThan(64 * 1024 * 1024)
    socket.destroy()
    await once(socket, 'close')
  })
})

describe('a client that leaves its answer unread', () => {
  it('a sip at a time is let go when the whole answer has lasted too long, and nobody blames the micro', async () => {
    const MB = 1024 * 1024
    const gone = Promise.withResolvers<void>()
    const stage = await stageWith(
      (_request, response) => {
        response.once('close', () => gone.resolve())
        response.end(Buffer.alloc(60 * MB))
      },
      { route: { payloadBytes: 64 * MB, timeoutMs: 100 }, limits: { answerMs: 300 } },
    )
    const socket = connect(stage.port, '127.0.0.1')
    socket.pause()
    socket.write(`GET / HTTP/1.1\r\nHost: ${HOST}\r\n\r\n`)
    const sips = setInterval(() => void socket.read(64 * 1024), 10)
    socket.on('error', () => {})
    await gone.promise
    clearInterval(sips)
    socket.destroy()
    await stage.engine.settled()
    expect(stage.engine.all('suspect')).toEqual([])
  })

  it('is let go in the end, and nobody blames the micro', async () => {
    const MB = 1024 * 1024
    const gone = Promise.withResolvers<void>()
    const stage = await stageWith(
      (_request, response) => {
        response.once('close', () => gone.resolve())
        response.end(Buffer.alloc(60 * MB))
      },
      { route: { timeoutMs: 150, payloadBytes: 64 * MB }, limits: { slowClientMs: 450 } },
    )
    const socket = connect(stage.port, '127.0.0.1')
    socket.on('error', () => undefined)
    socket.pause()
    socket.write(`GET / HTTP/1.1\r\nHost: ${HOST}\r\n\r\n`)
    await gone.promise
    expect(stage.engine.all('suspect')).toEqual([])
    socket.destroy()
  })
})

describe('SIGTERM', () => {
  it('lets running requests finish, closes their connections, and ends streams', async () => {
    let finish: () => void = () => undefined
    const arrived = Promise.withResolvers<void>()
    const stage = await stageWith(
      (request, response) => {
        if (request.url === '/events') {
          response.writeHead(200, { 'Content-Type': 'text/event-stream' })
          response.write('data: 1\n\n')
          return
        }
        finish = () => response.end('done')
        arrived.resolve()
      },
      { limits: { shutdownMs: 5000 } },
    )
    const events = new RawClient(stage)
    events.socket.write(`GET /events HTTP/1.1\r\nHost: ${HOST}\r\n\r\n`)
    await events.sees('data: 1')
    const running = ask(stage)
    await arrived.promise
    const closed = stage.gateway.close()
    await expect(ask(stage)).rejects.toThrow()
    finish()
    expect((await running).body).toBe('done')
    await closed
    expect(stage.gateway.server.listening).toBe(false)
  })
})
