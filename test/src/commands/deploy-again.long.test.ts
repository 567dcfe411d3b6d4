import { describe, expect, it } from 'vitest'
import { nextSequence, transitionDeployment } from '../../../contract/store/deployments.ts'
import { readLog } from '../../../contract/store/logs/deployment-logs.ts'
import { endTarget, targetStanding } from '../../../contract/store/micros.ts'
import { sharedDesk } from './support.ts'

const desk = await sharedDesk()

const grace = { login: 'grace', role: 'write' } as const
const eve = { login: 'eve', role: 'read' } as const
const key = () => `${desk.place.repositoryId}/hello`
const standing = () => targetStanding(desk.parts.store, key())
const preview = { kind: 'preview', pull: 1, fork: false, secrets: 'preview' } as const
const held = { kind: 'preview', pull: 1, fork: true, secrets: 'preview' } as const

describe('redeploy', () => {
  it('by the button builds the same commit again, from nothing', async () => {
    const live = await desk.live()
    const pressed = await desk.press(grace, live, 'redeploy')
    expect(pressed.result).toEqual({ kind: 'done', what: 'done' })
    const { newest } = await standing()
    expect(newest).toMatchObject({ sha: live.sha, fresh: true, state: 'queued', config: live.config })
    expect(newest?.id).not.toBe(live.id)
    expect(await desk.waiting()).toEqual([newest?.id])
    await desk.again(pressed.job)
    expect((await standing()).newest?.id).toBe(newest?.id)
  })

  it('brings no commit back that is neither live nor the newest, and waits for what is being deployed', async () => {
    const first = await desk.live()
    const second = await desk.live()
    await desk.press(grace, first, 'redeploy')
    expect(await readLog(desk.parts.store, first.id)).toContain('is neither live nor the newest')
    await desk.press(grace, second, 'redeploy')
    await desk.press(grace, second, 'redeploy')
    expect(await readLog(desk.parts.store, second.id)).toContain('is being deployed already')
    expect(await desk.waiting()).toHaveLength(1)
  })

  it('in a comment is for the previews of that pull request', async () => {
    const production = await desk.live()
    const shown = await desk.live({ target: preview, sha: desk.topic, branch: 'topic' })
    await desk.comment(grace, '/redeploy')
    const { newest } = await targetStanding(desk.parts.store, `${key()}/pr-1`)
    expect(newest).toMatchObject({ sha: desk.topic, fresh: true, target: preview, state: 'queued' })
    expect(newest?.id).not.toBe(shown.id)
    expect((await standing()).newest?.id).toBe(production.id)
  })

  it('lets nothing through that waits for approval', async () => {
    const waits = await desk.queued({ target: held, sha: desk.topic, branch: 'topic' })
    await transitionDeployment(desk.parts.store, { id: waits.id, from: ['queued'], to: 'held' })
    await desk.press(grace, waits, 'redeploy')
    await desk.comment(grace, '/redeploy')
    expect((await desk.read(waits.id)).state).toBe('held')
    expect((await desk.replies()).at(-1)).toContain('waits for approval: `/deploy`')
  })
})

describe('what nobody approved', () => {
  it.each(['skipped', 'cancelled'] as const)('is not built by a button once it is %s', async (state) => {
    const waits = await desk.queued({ target: held, sha: desk.topic, branch: 'topic' })
    await transitionDeployment(desk.parts.store, { id: waits.id, from: ['queued'], to: state })
    expect((await desk.press(grace, waits, 'redeploy')).result).toEqual({ kind: 'done', what: 'refused' })
    expect(await desk.waiting()).toEqual([])
    expect(await readLog(desk.parts.store, waits.id)).toContain('has ended; a push, or `/deploy` on its pull request')
  })
})

describe('what failed', () => {
  it('is not built again by its button when its pull request was closed since', async () => {
    const failed = await desk.queued({ target: preview, sha: desk.topic, branch: 'topic' })
    await transitionDeployment(desk.parts.store, { id: failed.id, from: ['queued'], to: 'failed' })
    const sequence = await nextSequence(desk.parts.store)
    await endTarget(desk.parts.store, { targetKey: `${key()}/pr-1`, sequence })
    expect((await desk.press(grace, failed, 'redeploy')).result).toEqual({ kind: 'done', what: 'refused' })
    expect(await desk.waiting()).toEqual([])
  })
})

describe('/deploy', () => {
  const waiting = async (over = {}) => {
    const one = await desk.queued({
      target: held,
      sha: desk.topic,
      branch: 'topic',
      createdAtMs: Date.now() - 1000,
      ...over,
    })
    await transitionDeployment(desk.parts.store, { id: one.id, from: ['queued'], to: 'held' })
    return one
  }

  it('lets a held commit through, and so does the button', async () => {
    const first = await waiting()
    expect((await desk.comment(grace, '/deploy')).result).toEqual({ kind: 'done', what: 'done' })
    expect(await desk.read(first.id)).toMatchObject({ state: 'queued', outcome: { approvedBy: 'grace' } })
    await desk.parts.store.redis.flushdb()
    const second = await waiting()
    expect((await desk.press(grace, second, 'approve')).result).toEqual({ kind: 'done', what: 'done' })
    expect(await desk.read(second.id)).toMatchObject({ state: 'queued', outcome: { approvedBy: 'grace' } })
  })

  it('lets no commit through that came after the comment, unless all of its name is said', async () => {
    const late = await waiting({ createdAtMs: Date.now() + 60_000 })
    await desk.comment(grace, '/deploy')
    const short = desk.topic.slice(0, 7)
    expect((await desk.replies()).at(-1)).toBe(
      `@grace ${short} came after your comment. Look at it, and write \`/deploy ${desk.topic}\`.`,
    )
    expect((await desk.read(late.id)).state).toBe('held')
    await desk.comment(grace, '/deploy 0123456')
    expect((await desk.read(late.id)).state).toBe('held')
    // Another commit may begin so: whoever pushes has searched for it.
    await desk.comment(grace, `/deploy ${short}`)
    expect((await desk.read(late.id)).state).toBe('held')
    await desk.comment(grace, `/deploy ${desk.topic}`)
    expect((await desk.read(late.id)).state).toBe('queued')
  })

  it('approves nothing for somebody who may only read', async () => {
    const one = await waiting()
    await desk.comment(eve, '/deploy')
    await desk.press(eve, one, 'approve')
    expect((await desk.read(one.id)).state).toBe('held')
  })

  it('asks for previews that are not there', async () => {
    expect((await desk.comment(grace, '/deploy')).result).toEqual({ kind: 'done', what: 'done' })
    const [job] = await desk.parts.queues.pull.getJobs(['waiting'])
    expect(job?.data).toMatchObject({ pull: 1, asked: { by: 'grace', sha: desk.topic } })
  })

  it('builds previews again that are there', async () => {
    await desk.live({ target: preview, sha: desk.topic, branch: 'topic' })
    await desk.comment(grace, '/deploy')
    const { newest } = await targetStanding(desk.parts.store, `${key()}/pr-1`)
    expect(newest).toMatchObject({ fresh: true, state: 'queued' })
  })

  it('asks again for a preview that has ended', async () => {
    await desk.live({ target: preview, sha: desk.topic, branch: 'topic' })
    const sequence = await nextSequence(desk.parts.store)
    await endTarget(desk.parts.store, { targetKey: `${key()}/pr-1`, sequence })
    await desk.comment(grace, '/deploy')
    expect(await desk.parts.queues.pull.getJobs(['waiting'])).toHaveLength(1)
  })
})
