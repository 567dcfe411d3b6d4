import { afterEach, beforeEach, expect, it } from 'vitest'
import { previewUses } from '../../../contract/store/preview-uses.ts'
import { targetKey } from '../../../contract/target-key.ts'
import { answerGateway } from '../../../runner/lifecycle/gateways/answer-gateway.ts'
import { routeTo } from '../../../runner/lifecycle/routes.ts'
import { createUses, noteUses } from '../../../runner/lifecycle/uses.ts'
import { startTestRunner, type TestRunner } from '../support/runner.ts'

let parts: TestRunner
beforeEach(async () => {
  parts = await startTestRunner()
})
afterEach(async () => {
  await parts[Symbol.asyncDispose]()
})

/** A deployment that a host leads to. */
async function routed(pull: number | undefined, sandbox: 'awake' | 'none') {
  const target =
    pull === undefined
      ? ({ kind: 'production' } as const)
      : ({ kind: 'preview', pull, fork: false, secrets: 'preview' } as const)
  const deployment = await parts.queued({ target })
  const host = `${pull ?? 'production'}.localhost`
  parts.runner.routed.set(host, routeTo(deployment, host, parts.runner.policies.of(deployment.id)))
  if (sandbox === 'awake') parts.runner.fleet.adopt(parts.sandbox(deployment.id), 'hot')
  return deployment
}

it('previews that were asked for something, or are awake, are noted as in use, and nothing else is', async () => {
  const asked = await routed(1, 'none')
  const awake = await routed(2, 'awake')
  const asleep = await routed(3, 'none')
  const production = await routed(undefined, 'awake')
  parts.runner.uses.mark(asked.id)
  parts.runner.uses.mark('d000')
  await noteUses(parts.runner, 1000)
  const keys = [asked, awake, asleep, production].map(targetKey)
  expect(await previewUses(parts.runner.store, keys)).toEqual([1000, 1000, 0, 0])
  await noteUses(parts.runner, 2000)
  expect(await previewUses(parts.runner.store, keys)).toEqual([1000, 2000, 0, 0])
})

it('a gateway that wakes a micro, or finds it idle, has seen it used', () => {
  const gateway = { tell() {} }
  answerGateway(parts.runner, { type: 'wake', deploymentId: 'd1' }, gateway)
  answerGateway(parts.runner, { type: 'idle', deploymentId: 'd2' }, gateway)
  expect([...parts.runner.uses.take()]).toEqual(['d1', 'd2'])
})

it('what a gateway tells is kept within bounds', () => {
  const uses = createUses()
  for (let id = 0; id < 20_000; id += 1) uses.mark(String(id))
  expect(uses.take().size).toBe(10_000)
  expect(uses.take().size).toBe(0)
})
