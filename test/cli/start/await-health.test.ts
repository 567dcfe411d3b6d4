import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { expect, it, onTestFinished } from 'vitest'
import { awaitHealth } from '../../../cli/start/await-health.ts'
import { parseSettings } from '../../../contract/settings.ts'

/** A bot that says these, one after the other, and the last one from then on. */
async function botThatSays(...said: readonly { readonly status: number; readonly parts: Record<string, string> }[]) {
  let asked = 0
  const server = createServer((_, response) => {
    const { status, parts } = said[Math.min(asked++, said.length - 1)] ?? { status: 500, parts: {} }
    response.writeHead(status).end(JSON.stringify({ parts }))
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(() => void server.close())
  const settings = parseSettings({ MICROPUSH_BOT_PORT: String((server.address() as AddressInfo).port) })
  return { settings, asked: () => asked }
}

const ready = { bot: 'ok', queue: 'ok', engine: 'ok', gateway: 'ok' }
const signal = new AbortController().signal

it('a bot that only has no GitHub App yet is ready, and said to be unconnected', async () => {
  const { settings } = await botThatSays({ status: 503, parts: { ...ready, GitHub: 'not connected yet' } })
  expect(await awaitHealth(settings, signal)).toEqual({ isConnected: false })
})

it('waits as long as anything else is missing', async () => {
  const parts = { ...ready, engine: 'the runner does not answer', GitHub: 'not connected yet' }
  const { settings, asked } = await botThatSays(
    { status: 503, parts },
    { status: 500, parts: {} },
    { status: 200, parts: ready },
  )
  expect(await awaitHealth(settings, signal)).toEqual({ isConnected: true })
  expect(asked()).toBe(3)
})
