import nock from 'nock'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { targetStanding } from '../../../contract/store/micros.ts'
import { changeGrants } from '../../../contract/store/repository/grants.ts'
import { findRepository } from '../../../contract/store/repository/repositories.ts'
import { handlePush } from '../../../src/push/handle-push.ts'
import { sharedParts } from '../support/bot.ts'
import { mockGitHub, type MockedGitHub } from '../support/github.ts'
import { samplePush, shaA } from '../support/samples.ts'

const parts = await sharedParts()
let github: MockedGitHub
beforeEach(() => {
  github = mockGitHub()
  github.commits.add(shaA)
  github.heads.set('main', shaA)
  github.files.set(`${shaA}:micro.yml`, 'v: 1\nlimits:\n  timeout: 30s\n')
})
afterEach(() => {
  nock.cleanAll()
})

const handle = () => handlePush(samplePush(), { ...parts, now: Date.now })
const newest = async () => (await targetStanding(parts.store, '34/hello')).newest

it('a config that asks for more than was granted is refused with the command that grants it', async () => {
  await handle()
  expect(await newest()).toBeUndefined()
  const reports = await parts.queues.report.getJobs(['waiting', 'delayed'])
  const description =
    'micro.yml line 3: limits.timeout: 30s was asked, 10s is granted; ask the operator for: micropush grant ada/hello timeout=30s'
  expect(reports.map(({ data }) => data as unknown)).toContainEqual(
    expect.objectContaining({ state: 'failure', description }),
  )
})

it('what was granted to the name before its first push lets that push through, with the limit in the deployment', async () => {
  const before = await findRepository(parts.store, 'Ada/Hello')
  expect(before.id).toBeUndefined()
  await changeGrants(parts.store, before, new Map([['timeoutMs', 30_000]]))
  await handle()
  expect((await newest())?.config.limits.timeoutMs).toBe(30_000)
  expect((await findRepository(parts.store, 'ada/hello')).id).toBe(34)
})

describe('sleep and scale', () => {
  beforeEach(() => {
    github.files.set(`${shaA}:micro.yml`, 'v: 1\nsleep: never\nscale: 8\n')
  })

  it('beyond what everybody may have are refused with the command that grants them', async () => {
    await handle()
    expect(await newest()).toBeUndefined()
    const reports = await parts.queues.report.getJobs(['waiting', 'delayed'])
    const description =
      'micro.yml line 2: sleep: never was asked, 1h is granted; ask the operator for: micropush grant ada/hello sleep=never (+1 more)'
    expect(reports.map(({ data }) => data as unknown)).toContainEqual(
      expect.objectContaining({ state: 'failure', description }),
    )
  })

  it('that were granted are in the deployment', async () => {
    const granted = new Map([
      ['idleMs', Infinity],
      ['sandboxes', 8],
    ] as const)
    await changeGrants(parts.store, await findRepository(parts.store, 'ada/hello'), granted)
    await handle()
    expect((await newest())?.config).toMatchObject({
      sleep: { idleMs: 'never' },
      scale: { max: 8, concurrency: 50 },
    })
  })

  it('need no grant where the operator lets everybody have as much', async () => {
    github.files.set(`${shaA}:micro.yml`, 'v: 1\nsleep: 2h\nscale: 8\n')
    const settings = { longestIdleMs: 2 * 3_600_000, scaleMax: 8 }
    await handlePush(samplePush(), { ...parts, settings, now: Date.now })
    expect((await newest())?.config).toMatchObject({ sleep: { idleMs: 2 * 3_600_000 }, scale: { max: 8 } })
  })
})
