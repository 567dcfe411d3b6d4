import { describe, expect, it } from 'vitest'
import { nextSequence } from '../../../contract/store/deployments.ts'
import { readLog } from '../../../contract/store/logs/deployment-logs.ts'
import { targetStanding } from '../../../contract/store/micros.ts'
import { noteProgress, readProgress } from '../../../contract/store/progress.ts'
import { commit, git } from '../../forge/support.ts'
import { sampleConfig } from '../support/samples.ts'
import { sharedDesk } from './support.ts'

const desk = await sharedDesk()

const grace = { login: 'grace', role: 'write' } as const
const eve = { login: 'eve', role: 'read' } as const
const refusedFor = (role: 'read' | 'triage', login: string) => ({ login, role })
const key = () => `${desk.place.repositoryId}/hello`
const standing = () => targetStanding(desk.parts.store, key())

describe('who may', () => {
  it.each(['write', 'maintain', 'admin'] as const)('is somebody with the role %s', async (role) => {
    const [first] = [await desk.live(), await desk.live()]
    const said = await desk.comment({ login: `may-${role}`, role }, '/rollback')
    expect(said.result.kind).toBe('later')
    expect(await desk.point()).toMatchObject({ deploymentId: first.id, by: `may-${role}`, why: 'roll-back' })
    expect(await desk.again(said.job)).toEqual({ kind: 'done', what: 'done' })
    expect(await desk.reactions(said.id)).toEqual(['+1'])
    expect((await standing()).pause).toMatchObject({ by: `may-${role}`, sha: first.sha })
  })

  it.each(['read', 'triage'] as const)('is nobody with the role %s, who is told so once', async (role) => {
    const [, second] = [await desk.live(), await desk.live()]
    const who = refusedFor(role, `no-${role}`)
    const before = (await desk.replies()).length
    for (const [index, text] of ['/rollback', '/resume', '/redeploy', '/deploy'].entries()) {
      const said = await desk.comment(who, text)
      expect(said.result).toEqual({ kind: 'done', what: 'refused: no write access' })
      expect(await desk.reactions(said.id)).toEqual(index === 0 ? ['-1'] : [])
    }
    expect((await desk.replies()).slice(before)).toEqual([
      `@no-${role} Only people with write access to this repository can ask for \`/rollback\`.`,
    ])
    expect(await desk.point()).toBeUndefined()
    expect((await standing()).live?.id).toBe(second.id)
  })

  it('is looked up when it is done, not when it was asked for', async () => {
    await desk.live()
    await desk.live()
    const said = await desk.comment({ login: 'mallory', role: 'write' }, '/rollback')
    await desk.point()
    await desk.comment({ login: 'mallory', role: 'read' }, 'nothing')
    expect(await desk.again(said.job)).toEqual({ kind: 'done', what: 'refused: no write access' })
  })

  it('is no bot, and not ourselves: what we answer is no command', async () => {
    const said = await desk.comment({ login: 'renovate[bot]', role: 'admin' }, '/rollback')
    expect(said.result).toEqual({ kind: 'done', what: 'not by a person' })
  })

  it('holds for buttons too, and the log of the commit says who was refused', async () => {
    await desk.live()
    const second = await desk.live()
    expect((await desk.press(eve, second, 'rollback')).result).toEqual({
      kind: 'done',
      what: 'refused: no write access',
    })
    expect(await desk.point()).toBeUndefined()
    expect(await readLog(desk.parts.store, second.id)).toContain(
      'eve asked for rollback: Only people with write access',
    )
  })
})

describe('/rollback', () => {
  it('takes a commit, and says what there is when it is not kept', async () => {
    const all = [await desk.live(), await desk.live(), await desk.live()]
    const [first, second] = all
    const said = await desk.comment(grace, `/rollback ${first?.sha.slice(0, 9)}`)
    expect((await desk.point())?.deploymentId).toBe(first?.id)
    await desk.again(said.job)
    const unknown = await desk.comment(grace, '/rollback hello 0123456')
    expect(unknown.result).toEqual({ kind: 'done', what: 'refused' })
    expect(await desk.reactions(unknown.id)).toEqual(['confused'])
    expect((await desk.replies()).at(-1)).toContain(
      `@grace hello: No deployment of 0123456 is kept. There are ${all[2]?.sha.slice(0, 7)}, ${second?.sha.slice(0, 7)}.`,
    )
  })

  it('asks for the micro where there are several, and knows none that there is not', async () => {
    await desk.live()
    await desk.live({ config: sampleConfig({ name: 'api' }) })
    await desk.comment(grace, '/rollback')
    expect((await desk.replies()).at(-1)).toBe('@grace Name one micro: `/rollback <micro>`. There are api, hello.')
    await desk.comment(grace, '/rollback web')
    expect((await desk.replies()).at(-1)).toBe('@grace There is no micro called web. There are api, hello.')
    expect(await desk.point()).toBeUndefined()
  })

  it('says so when nothing older is kept', async () => {
    const only = await desk.live()
    await desk.comment(grace, '/rollback')
    expect((await desk.replies()).at(-1)).toBe(
      `@grace hello: Nothing older than ${only.sha.slice(0, 7)} is kept. No other one is kept.`,
    )
  })

  it('by the button goes back from what is live, and from nothing else', async () => {
    const [first, second] = [await desk.live(), await desk.live()]
    expect((await desk.press(grace, first, 'rollback')).result).toEqual({ kind: 'done', what: 'refused' })
    expect(await desk.point()).toBeUndefined()
    expect((await desk.press(grace, second, 'rollback')).result.kind).toBe('later')
    expect((await desk.point())?.deploymentId).toBe(first.id)
  })

  it('begun twice asks the runner once', async () => {
    await desk.live()
    await desk.live()
    const said = await desk.comment(grace, '/rollback')
    expect((await desk.again(said.job)).kind).toBe('later')
    expect(await desk.point()).toBeDefined()
    expect(await desk.point()).toBeUndefined()
    expect(await desk.again(said.job)).toEqual({ kind: 'done', what: 'done' })
  })

  it('of another repository’s deployment is not done', async () => {
    const other = await desk.live({ repositoryId: 99, owner: 'eve' })
    expect((await desk.press(grace, other, 'rollback')).result).toEqual({ kind: 'done', what: 'refused' })
    expect((await desk.press(grace, other, 'redeploy')).result).toEqual({ kind: 'done', what: 'refused' })
    expect(await desk.waiting()).toEqual([])
  })
})

describe('/resume', () => {
  it('builds what the branch shows where that is not kept', async () => {
    await desk.live()
    await desk.live()
    const back = await desk.comment(grace, '/rollback')
    await desk.point()
    await desk.again(back.job)
    const said = await desk.comment(grace, '/resume')
    expect(said.result).toEqual({ kind: 'done', what: 'done' })
    const { pause, newest } = await standing()
    expect(pause).toBeUndefined()
    expect(newest).toMatchObject({ sha: desk.sha, state: 'queued', branch: 'main' })
    expect(await desk.waiting()).toEqual([newest?.id])
    // Begun again after an interruption it makes no second one.
    expect(await desk.again(said.job)).toEqual({ kind: 'done', what: 'done' })
    expect((await standing()).newest?.id).toBe(newest?.id)
  })

  it('points to what the branch shows where that is kept', async () => {
    await desk.live()
    const head = await desk.live({ sha: desk.sha })
    const back = await desk.comment(grace, '/rollback')
    await desk.point()
    await desk.again(back.job)
    const said = await desk.press(grace, head, 'resume')
    expect(said.result.kind).toBe('later')
    expect(await desk.point()).toMatchObject({ why: 'resume', deploymentId: head.id })
    expect(await desk.again(said.job)).toEqual({ kind: 'done', what: 'done' })
    expect(await standing()).toMatchObject({ pause: undefined, live: { id: head.id } })
    expect(await desk.waiting()).toEqual([])
  })

  it('says so when nothing is paused, or the branch is gone', async () => {
    await desk.live()
    await desk.comment(grace, '/resume')
    expect((await desk.replies()).at(-1)).toBe('@grace hello: not paused, there is nothing to resume.')
    await desk.live({ branch: 'gone' })
    const back = await desk.comment(grace, '/rollback')
    await desk.point()
    await desk.again(back.job)
    await desk.comment(grace, '/resume')
    expect((await desk.replies()).at(-1)).toBe('@grace hello: the branch `gone` is gone; it stays as it is.')
    expect((await standing()).pause).toBeDefined()
  })
})

describe('what stands in a config file', () => {
  it('calls nobody and shows no picture in the answer that says what is wrong with it', async () => {
    await desk.live()
    await desk.live()
    const back = await desk.comment(grace, '/rollback')
    await desk.point()
    await desk.again(back.job)
    await commit(desk.tree, { 'micro.yml': 'v: 1\nentry: "@ada ![](http://pixel.test/) "\n"@ada": 1\n' })
    await git(desk.tree, 'push', '--quiet', 'origin', 'main')
    expect((await desk.comment(grace, '/resume')).result).toEqual({ kind: 'done', what: 'refused' })
    const [words, block] = ((await desk.replies()).at(-1) ?? '').split('\n\n```text\n')
    expect(words).toBe('@grace hello: the config file is wrong:')
    expect(block).toMatch(/@ada[^]*\n```$/)
  })
})

describe('a new commit after a roll-back', () => {
  it('asked for again by the button is refused, with the way out', async () => {
    const [first] = [await desk.live(), await desk.live()]
    const back = await desk.comment(grace, '/rollback')
    await desk.point()
    await desk.again(back.job)
    const pressed = await desk.press(grace, first, 'redeploy')
    expect(pressed.result).toEqual({ kind: 'done', what: 'refused' })
    expect(await readLog(desk.parts.store, first.id)).toContain('resume: micropush resume ada/hello/hello')
    expect(await desk.waiting()).toEqual([])
  })
})

describe('the operator', () => {
  it('is asked for no permission, and reads how it went where it was asked', async () => {
    const live = await desk.live()
    const base = { ...desk.place, deliveryId: 'op', by: 'the operator', from: { kind: 'operator' } as const }
    const job = { ...base, words: ['hello'], sequence: await nextSequence(desk.parts.store), receivedAtMs: Date.now() }
    expect((await desk.again({ ...job, name: 'redeploy' })).kind).toBe('done')
    const { newest } = await standing()
    expect(newest).toMatchObject({ sha: live.sha, fresh: true })
    expect(await readProgress(desk.parts.store, 'op')).toMatchObject({ state: 'done', deploymentId: newest?.id })
    expect((await desk.again({ ...job, deliveryId: 'op2', name: 'resume' })).kind).toBe('done')
    expect(await readProgress(desk.parts.store, 'op2')).toMatchObject({ state: 'failed' })
  })
})

describe('what a micro’s code says when it cannot be started', () => {
  it('stays within a block of code', async () => {
    await desk.live()
    await desk.live()
    const said = await desk.comment(grace, '/rollback')
    const message = 'it ended:\n```\n@ada/everybody <img src=x> /deploy\n```'
    await noteProgress(desk.parts.store, said.job?.deliveryId ?? '', { state: 'failed', message })
    expect(await desk.again(said.job)).toEqual({ kind: 'done', what: 'refused' })
    expect((await desk.replies()).at(-1)).toBe(
      '@grace It could not be done:\n\n````text\nit ended:\n```\n@ada/everybody <img src=x> /deploy\n```\n````',
    )
    // Tried again it is not said twice.
    const before = (await desk.replies()).length
    await desk.again(said.job)
    expect(await desk.replies()).toHaveLength(before)
  })
})

describe('what cannot be answered', () => {
  it('is done all the same', async () => {
    await desk.live()
    await desk.live()
    const order = await fetch(`${desk.forge.apiUrl}/_faults`, {
      method: 'POST',
      headers: { authorization: 'Bearer local' },
      body: JSON.stringify({ requests: [{ method: 'POST', path: '/reactions', status: 500 }] }),
    })
    expect(order.ok).toBe(true)
    const said = await desk.comment(grace, '/rollback')
    await desk.point()
    expect(await desk.again(said.job)).toEqual({ kind: 'done', what: 'done' })
    expect((await standing()).pause).toBeDefined()
    expect(await desk.reactions(said.id)).toEqual([])
  })
})
