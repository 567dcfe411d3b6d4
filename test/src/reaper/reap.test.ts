import { beforeEach, describe, expect, it } from 'vitest'
import { addDeploy } from '../../../contract/queue.ts'
import { createDeployment, getDeployment, transitionDeployment } from '../../../contract/store/deployments.ts'
import { endTarget } from '../../../contract/store/micros.ts'
import { reap } from '../../../src/reaper/reap.ts'
import { sharedParts } from '../support/bot.ts'
import { sampleBase } from '../support/samples.ts'

const MINUTE = 60_000
const parts = await sharedParts()
let id: string

beforeEach(async () => {
  const base = sampleBase()
  id = base.id
  await createDeployment(parts.store, base)
})

function reapAfter(ms: number): Promise<void> {
  return reap({ ...parts, now: () => Date.now() + ms })
}

async function jobs(queue: 'work' | 'end' | 'report'): Promise<unknown[]> {
  return (await parts.queues[queue].getJobs(['waiting', 'prioritized'])).map((job) => job.data as unknown)
}

describe('the reaper', () => {
  it('ends what has outlived its deadline, gives back what it holds, and reports it', async () => {
    await transitionDeployment(parts.store, { id, from: ['queued'], to: 'building' })
    await reapAfter(16 * MINUTE)
    expect(await getDeployment(parts.store, id)).toMatchObject({
      state: 'failed',
      outcome: { error: { code: 'deadline', message: expect.stringContaining('15 minutes') as string } },
    })
    expect(await jobs('end')).toEqual([{ kind: 'destroy', deploymentIds: [id] }])
    expect(await jobs('report')).toEqual([{ kind: 'deployment', deploymentId: id }])
  })

  it.each([
    ['queued', 60],
    ['fetching', 5],
    ['building', 15],
    ['starting', 2],
  ] as const)('leaves nothing %s for more than %i minutes', async (state, minutes) => {
    if (state !== 'queued') await transitionDeployment(parts.store, { id, from: ['queued'], to: state })
    await reapAfter((minutes - 1) * MINUTE)
    expect((await getDeployment(parts.store, id))?.state).toBe(state)
    await reapAfter((minutes + 1) * MINUTE)
    expect((await getDeployment(parts.store, id))?.state).toBe('failed')
  })

  it('waits as long as who works on it said, whatever is noted on the way', async () => {
    const building = { id, to: 'building', withinMs: 40 * MINUTE } as const
    await transitionDeployment(parts.store, { ...building, from: ['queued'] })
    await transitionDeployment(parts.store, { ...building, from: ['building'], outcome: { detail: 'Building' } })
    await reapAfter(39 * MINUTE)
    expect((await getDeployment(parts.store, id))?.state).toBe('building')
    await reapAfter(41 * MINUTE)
    const { outcome } = (await getDeployment(parts.store, id)) ?? {}
    expect(outcome?.error?.message).toContain('building for more than 40 minutes')
  })

  it('leaves alone what is in time, and does not end anything twice', async () => {
    await transitionDeployment(parts.store, { id, from: ['queued'], to: 'building' })
    await reapAfter(14 * MINUTE)
    expect((await getDeployment(parts.store, id))?.state).toBe('building')
    await reapAfter(16 * MINUTE)
    await reapAfter(17 * MINUTE)
    expect(await jobs('report')).toHaveLength(1)
  })

  it('skips, and does not fail, what nobody has approved within seven days', async () => {
    const held = sampleBase({ sequence: 2, target: { kind: 'preview', pull: 3, fork: true, secrets: 'none' } })
    await createDeployment(parts.store, held, 'held')
    await reapAfter(7 * 24 * 60 * MINUTE - MINUTE)
    expect((await getDeployment(parts.store, held.id))?.state).toBe('held')
    await reapAfter(7 * 24 * 60 * MINUTE + MINUTE)
    const skipped = await getDeployment(parts.store, held.id)
    expect(skipped).toMatchObject({ state: 'skipped', outcome: { detail: 'Not approved within 7 days' } })
    expect(skipped?.outcome.error).toBeUndefined()
    expect(await jobs('report')).toContainEqual({ kind: 'deployment', deploymentId: held.id })
  })

  it('gives a job to what is queued without one', async () => {
    await reapAfter(11_000)
    expect(await jobs('work')).toEqual([{ kind: 'deploy', deploymentId: id }])
  })

  it('does not hurry what was queued just now, nor double what has its job', async () => {
    await reapAfter(0)
    expect(await jobs('work')).toEqual([])
    await addDeploy(parts.queues, id)
    await reapAfter(11_000)
    expect(await jobs('work')).toHaveLength(1)
  })

  it('does what follows from an end when the bot was killed right after it', async () => {
    const live = sampleBase({ repositoryId: 2, owner: 'bob', sequence: 2 })
    await createDeployment(parts.store, live)
    await createDeployment(parts.store, sampleBase({ sequence: 3 }))
    await endTarget(parts.store, { targetKey: '2/hello', sequence: 4 })
    await reapAfter(0)
    expect(await jobs('end')).toEqual([{ kind: 'destroy', deploymentIds: [live.id] }])
    const reported = async () => [await jobs('report'), await parts.queues.report.getDelayed()]
    // What was cancelled is told of by the runner, when nothing of its build is left, and by us only if that never comes.
    expect(await reported()).toMatchObject([[{ deploymentId: id }], [{ data: { deploymentId: live.id } }]])
    await reapAfter(0)
    expect(await reported()).toMatchObject([[{}], [{}]])
  })
})
