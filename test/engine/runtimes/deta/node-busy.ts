import { expect, test, vi } from 'vitest'
import { ask } from '../sandbox.ts'
import { becomes, isBusy, serveNode, writes, type Place } from './place.ts'

/** Work that ends when another request says so. */
const HELD = `
const { waitUntil } = require('micropush')
const held = []
const hold = () => new Promise((resolve) => held.push(resolve))
const actions = {
  '/hold': () => waitUntil(hold()),
  '/hold/function': () => waitUntil(async () => { await hold(); console.log('the function went on') }),
  '/release': () => held.shift()(),
  '/fail': () => waitUntil(Promise.reject(new Error('no mail today'))),
  '/throw': () => waitUntil(() => { throw new Error('thrown at once') }),
  '/brief': () => waitUntil(new Promise((resolve) => setTimeout(() => { console.log('done after SIGTERM'); resolve() }, 700))),
}
module.exports = (req, res) => { if (actions[req.url]) actions[req.url](); res.end('answered') }`

/** What Node apps do after their answers. */
export function nodeBusyCases(place: Place): void {
  test('is busy until the last of what it waits for has ended', async () => {
    await using sandbox = await serveNode(place, HELD)
    expect(await isBusy(sandbox)).toBe(false)
    await ask(sandbox.socket, { path: '/hold' })
    await ask(sandbox.socket, { path: '/hold/function' })
    expect(await isBusy(sandbox)).toBe(true)
    await ask(sandbox.socket, { path: '/release' })
    expect(await isBusy(sandbox)).toBe(true)
    await ask(sandbox.socket, { path: '/release' })
    await becomes(sandbox, 'idle')
    await writes(sandbox, 'the function went on')
  })

  test('serves on when such work fails, and finds the reason in its log', async () => {
    await using sandbox = await serveNode(place, HELD)
    await ask(sandbox.socket, { path: '/fail' })
    await ask(sandbox.socket, { path: '/throw' })
    await writes(sandbox, 'no mail today')
    await writes(sandbox, 'thrown at once')
    await becomes(sandbox, 'idle')
    expect((await ask(sandbox.socket)).body).toBe('answered')
  })

  test('gets to end such work when it is asked to stop', async () => {
    await using sandbox = await serveNode(place, HELD)
    await ask(sandbox.socket, { path: '/brief' })
    expect(await sandbox.stop()).toBe(0)
    await writes(sandbox, 'done after SIGTERM')
  })

  test.runIf(Number(place.version) >= 18)('hands waitUntil to an app with fetch(request, env, context)', async () => {
    const app = `
let release
module.exports = { fetch(request, env, context) {
  if (request.url.endsWith('/release')) release()
  else context.waitUntil(new Promise((resolve) => { release = resolve }))
  return new Response('answered')
} }`
    await using sandbox = await serveNode(place, app)
    await ask(sandbox.socket)
    expect(await isBusy(sandbox)).toBe(true)
    await ask(sandbox.socket, { path: '/release' })
    await becomes(sandbox, 'idle')
  })
}

/** Takes as long as the bound is. */
export function nodeBoundCase(place: Place): void {
  test('is busy for no longer than 10 s with work that never ends', async () => {
    await using sandbox = await serveNode(place, HELD)
    const started = Date.now()
    await ask(sandbox.socket, { path: '/hold' })
    await becomes(sandbox, 'idle', 15_000)
    expect(Date.now() - started).toBeGreaterThan(9_000)
    await vi.waitFor(() => expect(sandbox.output()).toContain('takes longer than 10 s'), { timeout: 5000 })
    expect((await ask(sandbox.socket)).body).toBe('answered')
  })
}
