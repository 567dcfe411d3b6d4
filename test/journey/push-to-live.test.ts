import { execFileSync } from 'node:child_process'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { frozenSandboxes } from './support/frozen.ts'
import { nodeMicro, saying } from './support/micros.ts'
import { startStack, type Stack } from './support/stack.ts'

const examples = join(import.meta.dirname, '..', '..', 'examples')
const runtimes = JSON.parse(
  execFileSync('docker', ['info', '--format', '{{json .Runtimes}}'], { encoding: 'utf8' }),
) as object
const hasGvisor = 'runsc' in runtimes
if (!hasGvisor)
  console.warn(
    'NOT RUN: the journeys under gVisor, because the Docker daemon does not know runsc (npm run install-gvisor).',
  )

describe.each(['runc', 'gvisor'] as const)('a push under %s', (isolation) => {
  if (isolation === 'gvisor' && !hasGvisor) {
    it.skip('needs runsc', () => {})
    return
  }
  let stack: Stack
  beforeAll(async () => {
    stack = await startStack({ MICROPUSH_SANDBOX: isolation })
  })
  afterAll(() => stack[Symbol.asyncDispose]())

  it('makes the Express example live, and the status links to it', async () => {
    await using repository = await stack.repository('ada/hello-node')
    await repository.copyFrom(join(examples, 'hello-node'))
    const sha = await repository.commit()
    const printed = await repository.push()
    expect(printed).toMatch(/remote: .*live at http:\/\/hello-node--ada\.localhost/)
    const status = await stack.outcome('ada/hello-node', sha, 'micropush/hello-node')
    expect(status).toMatchObject({ state: 'success', target_url: `http://${stack.host('hello-node--ada')}` })
    expect(status.description).toMatch(/^Live in \d+\.\d s · nodejs24 · .*MB/)
    const answer = await stack.ask(stack.host('hello-node--ada'))
    expect(answer.status).toBe(200)
    expect(answer.body).toContain('v24')
    expect((await stack.ask(stack.host(`${sha.slice(0, 7)}--hello-node--ada`))).status).toBe(200)
  })

  it('makes the FastAPI example live', async () => {
    await using repository = await stack.repository('ada/hello-python')
    await repository.copyFrom(join(examples, 'hello-python'))
    const sha = await repository.commit()
    await repository.push()
    expect(await stack.outcome('ada/hello-python', sha, 'micropush/hello-python')).toMatchObject({ state: 'success' })
    expect((await stack.ask(stack.host('hello-python--ada'))).status).toBe(200)
  })

  it('puts a newer commit in place without losing a request', async () => {
    await using repository = await stack.repository('ada/swap')
    await repository.write(saying('one'))
    await stack.outcome('ada/swap', await pushed(repository), 'micropush/swap')
    const host = stack.host('swap--ada')
    const heard = new Set<string>()
    let running = true
    const asking = Promise.all(
      [1, 2, 3].map(async () => {
        while (running) {
          const { status, body } = await stack.ask(host)
          heard.add(`${status} ${body}`)
        }
      }),
    )
    await repository.write(saying('two'))
    await stack.outcome('ada/swap', await pushed(repository), 'micropush/swap')
    running = false
    await asking
    expect([...heard].toSorted()).toEqual(['200 one', '200 two'])
    expect((await stack.ask(host)).body).toBe('two')
  })

  it('sleeps when idle and wakes with the next request', async () => {
    await using repository = await stack.repository('ada/sleeper')
    await repository.write(nodeMicro('response.end(String(process.pid))'))
    await stack.outcome('ada/sleeper', await pushed(repository), 'micropush/sleeper')
    await expect
      .poll(async () => [...(await frozenSandboxes(stack)).values()].includes(true), { timeout: 20_000 })
      .toBe(true)
    expect((await stack.ask(stack.host('sleeper--ada'))).status).toBe(200)
  }, 60_000)
})

async function pushed(repository: { commit(): Promise<string>; push(): Promise<string> }): Promise<string> {
  const sha = await repository.commit()
  await repository.push()
  return sha
}
