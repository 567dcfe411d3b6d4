import { describe, expect, it } from 'vitest'
import { planPush } from '../../../src/push/plan-push.ts'
import { sampleConfig } from '../support/samples.ts'

const pushed = { branch: 'main', defaultBranch: 'main', sequence: 5, micros: [], known: [] }
const known = { key: '1/api', name: 'api', branch: 'main', repository: 'hello', sequence: 4 }

describe('planPush', () => {
  it('deploys the micros whose production branch was pushed', () => {
    const api = sampleConfig({ name: 'api' })
    const web = sampleConfig({ name: 'web', branch: 'release' })
    expect(planPush({ ...pushed, micros: [api, web] }).deploy).toEqual([api])
    expect(planPush({ ...pushed, branch: 'release', micros: [api, web] }).deploy).toEqual([web])
  })

  it('ends what was deployed from this branch and is named no more', () => {
    expect(planPush({ ...pushed, known: [known] }).end).toEqual(['1/api'])
  })

  it('ends nothing that is still named, even for another branch now', () => {
    const micros = [sampleConfig({ name: 'api', branch: 'release' })]
    expect(planPush({ ...pushed, micros, known: [known] })).toEqual({ deploy: [], end: [] })
  })

  it('ends nothing of another branch, and nothing newer than the push', () => {
    expect(planPush({ ...pushed, known: [{ ...known, branch: 'release' }] }).end).toEqual([])
    expect(planPush({ ...pushed, known: [{ ...known, sequence: 6 }] }).end).toEqual([])
  })
})
