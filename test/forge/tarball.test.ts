import { execFile } from 'node:child_process'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { stage } from './support.ts'

let there: Awaited<ReturnType<typeof stage>>
let nowMs = Date.now()

beforeAll(async () => {
  there = await stage({ clock: () => nowMs })
})
afterAll(async () => {
  await there.end()
})

async function locationOf(ref: string): Promise<string> {
  const response = await fetch(`${there.forge.apiUrl}/repos/ada/hello/tarball/${ref}`, { redirect: 'manual' })
  expect(response.status).toBe(302)
  return response.headers.get('location') ?? ''
}

const order = async (script: unknown) =>
  fetch(`${there.forge.apiUrl}/_faults`, {
    method: 'POST',
    headers: { authorization: 'Bearer local' },
    body: JSON.stringify(script),
  })

test('a tarball is a redirect to an address that works once and holds one top folder', async () => {
  const location = await locationOf(there.sha)
  const response = await fetch(location)
  expect(response.headers.get('content-type')).toBe('application/x-gzip')
  const file = join(there.home, 'source.tar.gz')
  await writeFile(file, Buffer.from(await response.arrayBuffer()))
  const { stdout } = await promisify(execFile)('tar', ['tzf', file])
  const top = `ada-hello-${there.sha.slice(0, 7)}/`
  expect(stdout.trim().split('\n')).toEqual([top, `${top}micro.yml`, `${top}src/`, `${top}src/app.js`])
  expect((await fetch(location)).status).toBe(404)
})

test('its address is valid for five minutes', async () => {
  const location = await locationOf('main')
  nowMs += 5 * 60_000
  expect((await fetch(location)).status).toBe(404)
})

test('a commit that does not exist has no tarball', async () => {
  const response = await fetch(`${there.forge.apiUrl}/repos/ada/hello/tarball/${'f'.repeat(40)}`, {
    redirect: 'manual',
  })
  expect(response.status).toBe(404)
})

test('on order a tarball is missing at first, limited, or cut in the middle', async () => {
  const ask = async () =>
    (await fetch(`${there.forge.apiUrl}/repos/ada/hello/tarball/main`, { redirect: 'manual' })).status
  await order({ requests: [{ method: 'get', path: '/tarball/', status: 404, times: 2 }] })
  expect([await ask(), await ask(), await ask()]).toEqual([404, 404, 302])

  await order({ requests: [{ path: '/tarball/', status: 429, retryAfter: 7 }] })
  const limited = await fetch(`${there.forge.apiUrl}/repos/ada/hello/tarball/main`)
  expect([limited.status, limited.headers.get('retry-after')]).toEqual([429, '7'])

  await order({ requests: [{ path: '^/_codeload/', cutAfterBytes: 10 }] })
  const cut = await fetch(await locationOf('main'))
  await expect(cut.arrayBuffer()).rejects.toThrow()
  expect((await fetch(await locationOf('main'))).status).toBe(200)
})

test('on order a download has other bytes, for as long as was ordered', async () => {
  const body = Buffer.from([0, 1, 2, 255]).toString('base64')
  await order({ requests: [{ path: '^/_codeload/ada/hello/', body, times: 2 }] })
  for (let n = 0; n < 2; n += 1) {
    const response = await fetch(await locationOf('main'))
    expect([response.status, Buffer.from(await response.arrayBuffer())]).toEqual([200, Buffer.from([0, 1, 2, 255])])
  }
  const real = await fetch(await locationOf('main'))
  expect(Buffer.from(await real.arrayBuffer()).subarray(0, 2)).toEqual(Buffer.from([0x1f, 0x8b]))
  expect((await order({ requests: [{ body: 'not base64!' }] })).status).toBe(422)
})

test('only the local person orders to misbehave, in words that the script knows', async () => {
  const response = await fetch(`${there.forge.apiUrl}/_faults`, { method: 'POST', body: '{}' })
  expect(response.status).toBe(401)
  expect((await order({ requests: [{ path: '(' }] })).status).toBe(422)
  expect((await order({ deliveries: [{ action: 'explode' }] })).status).toBe(422)
  const cleared = await fetch(`${there.forge.apiUrl}/_faults`, {
    method: 'DELETE',
    headers: { authorization: 'Bearer local' },
  })
  expect(cleared.status).toBe(204)
})
