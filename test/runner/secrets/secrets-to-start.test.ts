import { afterEach, beforeEach, expect, it } from 'vitest'
import { nextSequence } from '../../../contract/store/deployments.ts'
import { pointDeployment, renewKeptSecrets } from '../../../contract/store/pauses.ts'
import { noteRepository } from '../../../contract/store/repository/repositories.ts'
import { putSecrets } from '../../../cli/secrets/put-secrets.ts'
import { parseTarget } from '../../../cli/target.ts'
import { runPoint } from '../../../runner/jobs/run-point.ts'
import { publish } from '../../../runner/publish.ts'
import { maskFor } from '../../../runner/secrets/mask-for.ts'
import { readMicroSecrets } from '../../../runner/secrets/micro-secrets.ts'
import { secretsOfThen, secretsToStart } from '../../../runner/secrets/secrets-to-start.ts'
import { readProgress } from '../../../contract/store/progress.ts'
import type { Deployment, DeploymentBase } from '../../../contract/deployment.ts'
import { startTestRunner, type TestRunner } from '../support/runner.ts'

let parts: TestRunner
beforeEach(async () => {
  parts = await startTestRunner()
})
afterEach(async () => {
  await parts[Symbol.asyncDispose]()
})

async function set(value: string): Promise<void> {
  const { store, masterKey: key } = parts.runner
  const target = parseTarget('ada/hello')
  await putSecrets(
    { store, key },
    { target, scope: 'production', values: new Map([['TOKEN', value]]), replace: 'none' },
  )
}

/** Made live as a deploy does it. */
async function live(over: Partial<DeploymentBase> = {}): Promise<Deployment> {
  const { runner } = parts
  const deployment = await parts.starting(over)
  await noteRepository(runner.store, { ...deployment, sequence: deployment.sequence })
  const { records: secrets } = await readMicroSecrets(runner, deployment)
  await publish(runner, { deployment, sandbox: parts.sandbox(deployment.id), secrets, timings: () => ({}) })
  return deployment
}

async function rollBackTo(deployment: Deployment): Promise<void> {
  const { store } = parts.runner
  const sequence = await nextSequence(store)
  await pointDeployment(store, { why: 'roll-back', deployment, by: 'ada', hosts: ['x'], sequence, token: 't' })
}

const token = async (deployment: Deployment) => (await secretsToStart(parts.runner, deployment)).values['TOKEN']

it('what is live because of a roll-back starts with the secrets of then, until it is restarted; anything else with those that are set', async () => {
  await set('first one')
  const first = await live()
  await set('second one')
  const second = await live()
  expect(await token(first)).toBe('second one')
  await rollBackTo(first)
  expect([await token(first), await token(second)]).toEqual(['first one', 'second one'])
  const now = await readMicroSecrets(parts.runner, first)
  await renewKeptSecrets(parts.runner.store, first, now.records)
  expect(await token(first)).toBe('second one')
  expect((await secretsOfThen(parts.runner, first))?.values['TOKEN']).toBe('second one')
})

it('those of then and those that are set are both kept out of the log', async () => {
  await set('first one')
  const first = await live()
  await set('second one')
  const mask = await maskFor(parts.runner, first.id)
  expect(mask('first one, second one')).toBe('***, ***')
})

it('those of then are kept encrypted', async () => {
  await set('first one')
  const first = await live()
  const { redis, keys } = parts.runner.store
  const kept = await redis.get(keys.keptSecrets(first.id))
  expect(kept).toContain('TOKEN')
  expect(kept).not.toContain('first one')
})

it('previews keep none: nobody rolls them back', async () => {
  const target = { kind: 'preview', pull: 3, fork: false, secrets: 'preview' } as const
  const preview = await live({ target })
  expect(await secretsOfThen(parts.runner, preview)).toBeUndefined()
})

it('production is not pointed to what is kept no more, nor to a preview', async () => {
  const target = { kind: 'preview', pull: 3, fork: false, secrets: 'preview' } as const
  const preview = await live({ target })
  const queued = await parts.queued()
  for (const { id } of [preview, queued]) {
    const point = { kind: 'point', why: 'roll-back', deploymentId: id, pointId: id, by: 'ada', sequence: 99 } as const
    expect(await runPoint(parts.runner, point, new AbortController().signal)).toEqual({ kind: 'done' })
    expect(await readProgress(parts.runner.store, id)).toEqual({
      state: 'failed',
      message: 'This deployment is no longer kept; nothing was changed.',
    })
  }
})
