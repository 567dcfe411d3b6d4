import { once } from 'node:events'
import { createServer, request, type ClientRequest, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { readBody, type BodyBudget, type ReadBody } from '../../../src/http/read-body.ts'

let server: Server
let budget: BodyBudget
let results: Promise<ReadBody>[]

beforeEach(async () => {
  budget = { heldBytes: 0, mostBytes: 150 }
  results = []
  server = createServer((incoming, response) => {
    const read = readBody(incoming, { mostBytes: 100, budget })
    results.push(read)
    void read.finally(() => response.end())
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
})

afterEach(() => {
  server.closeAllConnections()
  server.close()
})

function open(headers: Record<string, string> = {}): ClientRequest {
  const { port } = server.address() as AddressInfo
  const sent = request({ port, host: '127.0.0.1', method: 'POST', headers, agent: false })
  sent.on('error', () => {})
  return sent
}

async function resultOf(index: number): Promise<ReadBody> {
  await expect.poll(() => results.length).toBeGreaterThan(index)
  return results[index] ?? Promise.reject(new Error('no such request'))
}

describe('readBody', () => {
  it('gives the bytes as they came', async () => {
    open().end(Buffer.from([0, 255, 10]))
    expect(await resultOf(0)).toEqual({ kind: 'body', bytes: Buffer.from([0, 255, 10]) })
    expect(budget.heldBytes).toBe(0)
  })

  it('takes exactly the limit and not one byte more', async () => {
    open().end(Buffer.alloc(100))
    expect((await resultOf(0)).kind).toBe('body')
    open().end(Buffer.alloc(101))
    expect((await resultOf(1)).kind).toBe('too-large')
  })

  it('does not begin with what is declared too long', async () => {
    const sent = open({ 'content-length': '101' })
    sent.flushHeaders()
    expect((await resultOf(0)).kind).toBe('too-large')
  })

  it('refuses what would hold too much memory together with the unfinished ones', async () => {
    const unfinished = open()
    unfinished.write(Buffer.alloc(80))
    await expect.poll(() => budget.heldBytes).toBe(80)
    open().end(Buffer.alloc(90))
    expect((await resultOf(1)).kind).toBe('busy')
    unfinished.destroy()
    expect((await resultOf(0)).kind).toBe('broken')
    expect(budget.heldBytes).toBe(0)
  })
})
