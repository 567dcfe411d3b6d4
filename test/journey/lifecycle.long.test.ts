import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { saying } from './support/micros.ts'
import { startStack, type Stack } from './support/stack.ts'

let stack: Stack
beforeEach(async () => {
  stack = await startStack({ MICROPUSH_SANDBOX: 'runc' })
})
afterEach(() => stack[Symbol.asyncDispose]())

const send = async (method: string, path: string, body?: unknown) => {
  const init = { method, ...(body === undefined ? {} : { body: JSON.stringify(body) }) }
  const answer = await stack.api(path, init)
  expect(answer.ok, `${method} ${path}: ${answer.status}`).toBe(true)
}

it('a repository that goes to another owner: no request is lost, its former host is free; a suspension ends its sandboxes', async () => {
  await using repository = await stack.repository('ada/gift')
  const { 'micro.yml': _, ...files } = saying('here')
  await repository.write({ ...files, 'micro.yml': 'v: 1\nname: gift\nruntime: nodejs24\n' })
  const sha = await repository.commit()
  await repository.push()
  await stack.outcome('ada/gift', sha, 'micropush/gift')
  const [former, next] = [stack.host('gift--ada'), stack.host('gift--grace')]
  expect((await stack.ask(former)).body).toBe('here')

  await send('POST', '/_installations', { account: 'grace' })
  await send('POST', '/repos/ada/gift/transfer', { new_owner: 'grace' })
  const lost: unknown[] = []
  let asked = 0
  for (const deadline = Date.now() + 60_000; Date.now() < deadline; await sleep(5)) {
    // Whoever asks at the former host is served until the next one answers.
    const isThere = (await stack.ask(next)).status === 200
    if (isThere) break
    const { status, body } = await stack.ask(former)
    asked += 1
    if (status !== 200 && (await stack.ask(next)).status !== 200) lost.push({ status, body })
  }
  expect(lost).toEqual([])
  expect(asked).toBeGreaterThan(10)
  expect((await stack.ask(next)).body).toBe('here')
  await expect.poll(async () => (await stack.ask(former)).status, { timeout: 10_000 }).toBe(404)

  await send('PUT', '/_installations/grace/suspended')
  await expect.poll(async () => (await stack.ask(next)).status, { timeout: 20_000 }).toBe(404)
  await expect.poll(async () => (await stack.leftovers()).containers, { timeout: 40_000 }).toEqual([])
  await send('DELETE', '/_installations/grace/suspended')
  await expect.poll(async () => (await stack.ask(next)).body, { timeout: 60_000, interval: 200 }).toBe('here')
}, 180_000)

it('a push while the bot is down, whose delivery leaves no trace, is live after the bot is back', async () => {
  await using repository = await stack.repository('ada/found')
  await repository.write(saying('one'))
  const one = await repository.commit()
  await repository.push()
  await stack.outcome('ada/found', one, 'micropush/found')
  await stack.parts.bot.kill('SIGKILL')
  await send('POST', '/_faults', { deliveries: [{ event: 'push', action: 'lose' }] })
  await repository.write(saying('two'))
  const two = await repository.commit()
  repository.push().catch(() => {})
  await expect.poll(() => repository.git('ls-remote', 'origin', 'main')).toContain(two)
  stack.parts.bot.start()
  expect(await stack.outcome('ada/found', two, 'micropush/found')).toMatchObject({ state: 'success' })
  expect((await stack.ask(stack.host('found--ada'))).body).toBe('two')
}, 120_000)
