import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Temperature } from '../../../contract/sandbox-state.ts'
import { micropush } from '../support/command.ts'
import { isolations } from '../support/isolations.ts'
import type { Repository } from '../support/repository.ts'
import { stateOf } from '../support/sandbox-state.ts'
import { readMetric } from '../support/metrics.ts'
import { startStack, type Stack } from '../support/stack.ts'

/** Says who it is: the deployment, this very process, and how often its clock has struck. */
const app = `
const process_ = require('crypto').randomUUID()
let ticks = 0
setInterval(() => (ticks += 1), 50)
module.exports = (request, response) =>
  response.end(JSON.stringify({ deploymentId: process.env.MICRO_DEPLOYMENT_ID, process: process_, ticks }))
`
const IDLE_MS = 500
const WAIT = { timeout: 30_000, interval: 50 }

interface Said {
  readonly deploymentId: string
  readonly process: string
  readonly ticks: number
}

/** A stack, and the micros of one repository on it, each with these lines in its config. */
async function startMicros(micros: Readonly<Record<string, string>>, env: Readonly<Record<string, string>>) {
  const stack = await startStack({ MICROPUSH_IDLE_SECONDS: String(IDLE_MS / 1000), ...env })
  const repository = await stack.repository('ada/rest')
  const names = Object.keys(micros)
  const list = names.map((name) => `  - src: ${name}\n    runtime: nodejs24\n${micros[name] ?? ''}`)
  await repository.write({
    'micro.yml': `v: 1\nmicros:\n${list.join('')}`,
    ...Object.fromEntries(names.map((name) => [`${name}/index.js`, app])),
  })
  return { stack, repository, names }
}

async function ask(stack: Stack, label: string): Promise<Said> {
  const { status, body } = await stack.ask(stack.host(label))
  expect({ status, body }).toMatchObject({ status: 200 })
  return JSON.parse(body) as Said
}

async function becomes(stack: Stack, { deploymentId }: Said, temperature: Temperature): Promise<void> {
  await expect.poll(async () => (await stateOf(stack, deploymentId)).temperature, WAIT).toBe(temperature)
}

describe.each(isolations)('what a config says of sleep under %s', (isolation) => {
  let stack: Stack
  let repository: Repository
  let names: readonly string[]
  const said: Record<string, Said> = {}
  const of = (name: string): Said => {
    const found = said[name]
    if (found === undefined) throw new Error(`${name} was not asked`)
    return found
  }
  const temperature = async (name: string) => (await stateOf(stack, of(name).deploymentId)).temperature
  const push = async () => {
    const sha = await repository.commit()
    await repository.push()
    return sha
  }
  beforeAll(async () => {
    const micros = {
      never: '    sleep: never\n',
      long: '    sleep: 8s\n',
      quick: '    sleep:\n      after: 200ms\n      cold: 1s\n',
      plain: '',
    }
    ;({ stack, repository, names } = await startMicros(micros, { MICROPUSH_SANDBOX: isolation }))
  })
  afterAll(async () => {
    await repository[Symbol.asyncDispose]()
    await stack[Symbol.asyncDispose]()
  })

  it('to stay awake for good takes a grant, and the refusal says which', async () => {
    const sha = await push()
    expect(await stack.outcome('ada/rest', sha, 'micropush/rest')).toMatchObject({
      state: 'failure',
      description:
        'micro.yml line 5: sleep: never was asked, 1h is granted; ask the operator for: micropush grant ada/rest sleep=never',
    })
    const granted = await micropush(stack.env, ['grant', 'ada/rest', 'sleep=never'])
    expect(granted).toMatchObject({ code: 0, stdout: expect.stringMatching(/sleep +1h +never\nscale +4 +4/) as string })
  })

  it('holds: one stays awake, one sleeps later, one is cold early, and one that says nothing sleeps as usual', async () => {
    await repository.write({ 'never/README.md': 'With a grant.\n' })
    const sha = await push()
    for (const name of names) {
      expect(await stack.outcome('ada/rest', sha, `micropush/${name}`)).toMatchObject({ state: 'success' })
    }
    // All at the same time, so that their idle times begin together.
    await Promise.all(
      names.map(async (name) => {
        said[name] = await ask(stack, `${name}--ada`)
      }),
    )
    await becomes(stack, of('plain'), 'frozen')
    expect([await temperature('long'), await temperature('never')]).toEqual(['hot', 'hot'])
    await becomes(stack, of('quick'), 'cold')
    await becomes(stack, of('long'), 'frozen')
    expect([await temperature('never'), await temperature('plain')]).toEqual(['hot', 'frozen'])
  })

  it('the one that is awake has worked on meanwhile, the frozen one goes on where it was, the cold one begins anew', async () => {
    const [never, plain, quick] = [of('never'), of('plain'), of('quick')]
    const later = await ask(stack, 'never--ada')
    expect(later.process).toBe(never.process)
    // Eight seconds of ticks at the least, had the machine nothing else to do.
    expect(later.ticks - never.ticks).toBeGreaterThan(50)
    const thawed = await ask(stack, 'plain--ada')
    expect(thawed.process).toBe(plain.process)
    expect(thawed.ticks - plain.ticks).toBeLessThan(50)
    expect((await ask(stack, 'quick--ada')).process).not.toBe(quick.process)
  })

  it('the operator sees it', async () => {
    const { stdout } = await micropush(stack.env, ['status', 'ada/rest/never'])
    expect(stdout).toMatch(/^ {2}hot, 1 sandbox with [\d.]+ MB of memory$/m)
    expect(stdout).toMatch(/^ {2}its config: never sleeps$/m)
    await becomes(stack, of('plain'), 'frozen')
    expect((await micropush(stack.env, ['status', 'ada/rest/plain'])).stdout).toMatch(
      /^ {2}frozen for \d+ s, 1 sandbox with [\d.]+ MB of memory$/m,
    )
  })

  it('is over for what was replaced, and begins at once for what is new, without a visitor', async () => {
    const former = of('never')
    await repository.write({ 'never/index.js': `${app}// newer\n` })
    const sha = await push()
    expect(await stack.outcome('ada/rest', sha, 'micropush/never')).toMatchObject({ state: 'success' })
    const { stdout } = await micropush(stack.env, ['status', 'ada/rest/never'])
    const newest = /^ {2}live at .* deployment (d\w+)$/m.exec(stdout)?.[1] ?? ''
    expect(newest).not.toBe(former.deploymentId)
    await expect.poll(async () => (await stateOf(stack, former.deploymentId)).temperature, WAIT).not.toBe('hot')
    // As long as it takes another one to fall asleep.
    await becomes(stack, await ask(stack, 'plain--ada'), 'frozen')
    expect((await stateOf(stack, newest)).temperature).toBe('hot')
    expect((await ask(stack, 'never--ada')).deploymentId).toBe(newest)
  })
})

it('when memory is short, frozen micros are let go as soon as one is started, nothing is started ahead, and they come back when they are asked', async () => {
  // More than any machine has: it is short from the beginning.
  const short = { MICROPUSH_SANDBOX: 'runc', MICROPUSH_MEMORY_RESERVE: '1000TB' }
  const micros = { first: '', second: '', third: '    sleep: { after: 200ms, cold: 1s }\n' }
  const { stack, repository, names } = await startMicros(micros, short)
  await using _stack = stack
  await using _repository = repository
  const sha = await repository.commit()
  await repository.push()
  for (const name of names) {
    expect(await stack.outcome('ada/rest', sha, `micropush/${name}`)).toMatchObject({ state: 'success' })
  }
  const third = await ask(stack, 'third--ada')
  await becomes(stack, third, 'cold')
  const first = await ask(stack, 'first--ada')
  const second = await ask(stack, 'second--ada')
  await becomes(stack, first, 'frozen')
  await becomes(stack, second, 'frozen')
  expect((await ask(stack, 'third--ada')).process).not.toBe(third.process)
  await becomes(stack, first, 'cold')
  await becomes(stack, second, 'cold')
  expect((await ask(stack, 'first--ada')).process).not.toBe(first.process)
  // Nor is anything started that nobody waits for.
  expect(await readMetric(stack, 'micropush_sandboxes', { state: 'ahead' })).toBe(0)
  expect(await readMetric(stack, 'micropush_wake_duration_seconds_count', { kind: 'cell' })).toBe(0)
  expect(await readMetric(stack, 'micropush_evictions_total', { reason: 'memory' })).toBeGreaterThanOrEqual(2)
})
