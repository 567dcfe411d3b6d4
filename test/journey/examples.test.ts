import { readdirSync } from 'node:fs'
import { request } from 'node:http'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { startStack, type Stack } from './support/stack.ts'

const folder = join(import.meta.dirname, '..', '..', 'examples')
/** Each example with the micros that it makes. */
const examples: Readonly<Record<string, readonly string[]>> = {
  'flask-guestbook': ['guestbook'],
  'from-deta': ['from-deta'],
  'hello-node': ['hello-node'],
  'hello-python': ['hello-python'],
  'own-server': ['own-server'],
  'plain-node': ['plain-node'],
  'two-in-one': ['clock-api', 'clock-web'],
  'typescript-build': ['typescript-build'],
  websocket: ['websocket'],
}

let stack: Stack
beforeAll(async () => {
  stack = await startStack()
})
afterAll(() => stack[Symbol.asyncDispose]())

it('every example is tried here', () => {
  const folders = readdirSync(folder, { withFileTypes: true }).filter((entry) => entry.isDirectory())
  expect(folders.map(({ name }) => name).toSorted()).toEqual(Object.keys(examples).toSorted())
})

it.each(Object.entries(examples))('%s is live as it stands', async (example, micros) => {
  await using repository = await stack.repository(`demo/${example}`)
  await repository.copyFrom(join(folder, example))
  const sha = await repository.commit()
  await repository.push()
  for (const micro of micros) {
    expect(await stack.outcome(`demo/${example}`, sha, `micropush/${micro}`)).toMatchObject({ state: 'success' })
    expect((await stack.ask(stack.host(`${micro}--demo`))).status).toBe(200)
  }
})

it('a WebSocket passes, and what is said comes back', async () => {
  const call = request({
    host: '127.0.0.1',
    port: stack.gatewayPort,
    path: '/echo',
    headers: {
      host: stack.host('websocket--demo'),
      connection: 'Upgrade',
      upgrade: 'websocket',
      'sec-websocket-version': '13',
      'sec-websocket-key': Buffer.from('0123456789abcdef').toString('base64'),
    },
  })
  const heard = new Promise<Buffer>((resolve, reject) => {
    call.on('error', reject)
    call.on('response', (response) => reject(new Error(`answered ${response.statusCode}`)))
    call.on('upgrade', (_response, socket, head) => {
      let data = head
      socket.on('data', (chunk: Buffer) => {
        data = Buffer.concat([data, chunk])
        if (data.includes('ping')) {
          socket.destroy()
          resolve(data)
        }
      })
      // RFC 6455, 5.2: a final text frame of four bytes, masked with zeros.
      socket.write(Buffer.from([0x81, 0x84, 0, 0, 0, 0, ...Buffer.from('ping')]))
    })
  })
  call.end()
  expect((await heard).toString()).toContain('ping')
})
