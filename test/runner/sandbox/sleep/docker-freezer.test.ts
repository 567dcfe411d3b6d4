import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { createServer, type Server } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { connectDocker } from '../../../../runner/docker/client.ts'
import { dockerFreezer } from '../../../../runner/sandbox/sleep/docker-freezer.ts'

let folder: string
let server: Server
/** What the daemon answers next, and what it was asked. */
let refusals: string[]
let asked: string[]

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'docker-'))
  refusals = []
  asked = []
  server = createServer((request, response) => {
    asked.push(request.url?.split('/').at(-1) ?? '')
    const refusal = refusals.shift() ?? ''
    response.writeHead(refusal === '' ? 204 : 409, { 'content-type': 'application/json' })
    response.end(refusal === '' ? undefined : JSON.stringify({ message: refusal }))
  }).listen(join(folder, 'sock'))
  await once(server, 'listening')
})
afterEach(async () => {
  server.close()
  server.closeAllConnections()
  await rm(folder, { recursive: true })
})

const freezer = () => dockerFreezer(connectDocker(join(folder, 'sock')), 'c1')
const NOT_PAUSED = 'Container c1 is not paused'

test('what Docker has just paused is woken, though late word of a former wake made Docker forget it', async () => {
  const one = freezer()
  await one.freeze()
  refusals = [NOT_PAUSED, NOT_PAUSED]
  await one.thaw()
  expect(asked).toEqual(['pause', 'unpause', 'unpause', 'unpause'])
})

test('what nobody paused is not waited for', async () => {
  const one = freezer()
  refusals = [NOT_PAUSED]
  await one.thaw()
  expect(asked).toEqual(['unpause'])
})

test('one that Docker never remembers is in doubt', async () => {
  const one = freezer()
  await one.freeze()
  refusals = Array.from({ length: 1000 }, () => NOT_PAUSED)
  await expect(one.thaw()).rejects.toMatchObject({ code: 'engine-unavailable' })
})

test('what Docker has just woken is paused, though late word of a former pause makes Docker believe that it is', async () => {
  const one = freezer()
  await one.thaw()
  refusals = ['Container c1 is already paused']
  await one.freeze()
  expect(asked).toEqual(['unpause', 'pause', 'pause'])
})

test('what the OCI runtime says of a container is believed', async () => {
  const one = freezer()
  await one.freeze()
  refusals = ['Cannot unpause container c1: OCI runtime resume failed: container not paused: unknown']
  await one.thaw()
  expect(asked).toEqual(['pause', 'unpause'])
})
