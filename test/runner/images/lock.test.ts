import { fork } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { takeLock } from '../../../runner/images/lock.ts'

const never = new AbortController().signal
const name = () => `test ${process.pid} ${Math.random()}`

test('the second one waits until the first lets go', async () => {
  const lock = name()
  const order: string[] = []
  const first = await takeLock(lock, never)
  const second = takeLock(lock, never).then(async (held) => {
    order.push('second')
    await held[Symbol.asyncDispose]()
  })
  order.push('first')
  await first[Symbol.asyncDispose]()
  await second
  expect(order).toEqual(['first', 'second'])
})

test('many who wait all get it, one at a time', async () => {
  const lock = name()
  let inside = 0
  let most = 0
  await Promise.all(
    Array.from({ length: 20 }, async () => {
      const held = await takeLock(lock, never)
      most = Math.max(most, ++inside)
      await new Promise((resolve) => setImmediate(resolve))
      inside--
      await held[Symbol.asyncDispose]()
    }),
  )
  expect(most).toBe(1)
})

test('who waits can give up', async () => {
  const lock = name()
  const stop = new AbortController()
  const first = await takeLock(lock, never)
  const second = takeLock(lock, stop.signal)
  stop.abort(new Error('no longer wanted'))
  await expect(second).rejects.toThrow('no longer wanted')
  await first[Symbol.asyncDispose]()
})

test('the lock of a killed process is free', async () => {
  const lock = name()
  const folder = await mkdtemp(join(tmpdir(), 'micropush-lock-'))
  const module = new URL('../../../runner/images/lock.ts', import.meta.url).href
  const code = `import { takeLock } from ${JSON.stringify(module)}
await takeLock(${JSON.stringify(lock)}, new AbortController().signal)
process.send('held')
setInterval(() => {}, 1000)`
  await writeFile(join(folder, 'holder.mjs'), code)
  const holder = fork(join(folder, 'holder.mjs'))
  await once(holder, 'message')
  const waiting = takeLock(lock, never)
  holder.kill('SIGKILL')
  await (await waiting)[Symbol.asyncDispose]()
  await rm(folder, { recursive: true })
})
