import { describe, expect, it } from 'vitest'
import { deploymentStates, type DeploymentOutcome, type DeploymentState } from '../../../../contract/deployment.ts'
import { projectStatus } from '../../../../src/report/status/project-status.ts'
import { sampleDeployment, shaB } from '../../support/samples.ts'

const MB = 1024 * 1024
const url = 'http://hello--ada.localhost:8080'

function project(state: DeploymentState, outcome: DeploymentOutcome = {}) {
  const deployment = sampleDeployment({ id: 'd1', state, outcome, createdAtMs: 1000, stateSinceMs: 4100 })
  return projectStatus(deployment, 'http://bot')
}

describe('projectStatus', () => {
  it('says how long it took, the runtime and the size, and links to the endpoint', () => {
    const sizes = { sourceBytes: 2 * MB, dependencyBytes: 10 * MB }
    expect(project('live', { runtime: 'nodejs24', sizes, url, warnings: [] })).toEqual({
      state: 'success',
      description: 'Live in 3.1 s · nodejs24 · 12 MB',
      targetUrl: url,
    })
  })

  it('adds the warnings for which there is room', () => {
    const warnings = ['nodejs14 is past its end of life', 'x'.repeat(140)]
    expect(project('live', { runtime: 'nodejs14', url, warnings })?.description).toBe(
      'Live in 3.1 s · nodejs14 · nodejs14 is past its end of life',
    )
  })

  it.each([
    { state: 'queued', outcome: {}, says: 'pending: Queued' },
    { state: 'fetching', outcome: {}, says: 'pending: Fetching the source' },
    { state: 'building', outcome: { detail: 'Installing' }, says: 'pending: Installing' },
    { state: 'starting', outcome: {}, says: 'pending: Starting' },
    { state: 'superseded', outcome: { supersededBy: shaB }, says: 'error: Superseded by bbbbbbb' },
    { state: 'cancelled', outcome: { detail: 'Installing' }, says: 'error: Cancelled' },
    { state: 'failed', outcome: { error: { code: 'build-failed', message: 'no' } }, says: 'failure: no' },
    { state: 'failed', outcome: { error: { code: 'disk-full', message: 'no room' } }, says: 'error: no room' },
  ] as const)('$state is "$says", with a link to the log', ({ state, outcome, says }) => {
    const status = project(state, outcome)
    expect(`${status?.state}: ${status?.description}`).toBe(says)
    expect(status?.targetUrl).toBe('http://bot/d/d1')
  })

  it('cuts a message at 140 characters, on one line, with an ellipsis', () => {
    const message = `line\n${'ü'.repeat(200)}`
    const description = project('failed', { error: { code: 'start-failed', message } })?.description ?? ''
    expect(description).toHaveLength(140)
    expect(description).toMatch(/^line ü+…$/u)
  })

  it('leaves out what GitHub refuses and what could mislead a reader', () => {
    const message = '🚀 no\u0000t \u001B[31mfound\u202E: \uD800 it…'
    const description = project('failed', { error: { code: 'start-failed', message } })?.description
    expect(description).toBe('no t [31mfound : it…')
  })

  it('says of a destroyed deployment that it was live, for commits that have not heard so', () => {
    expect(project('destroyed')).toMatchObject({ state: 'success', description: 'Was live, and has ended' })
  })

  it('lets no commit through a required status but one that is or was live, or is not to be deployed at all', () => {
    const green = deploymentStates.filter((state) => project(state).state === 'success')
    expect(green).toEqual(['live', 'skipped', 'destroyed'])
  })

  it('says why a commit is not deployed', () => {
    expect(project('skipped', { detail: '[skip ci] in the message' })).toEqual({
      state: 'success',
      description: 'Skipped: [skip ci] in the message',
      targetUrl: 'http://bot/d/d1',
    })
  })

  it('says why a preview was ended before it was built', () => {
    expect(project('cancelled')).toMatchObject({ state: 'error', description: 'Cancelled' })
    const ended = { why: 'room', words: 'Ended to make room' } as const
    expect(project('cancelled', { ended })).toMatchObject({ state: 'error', description: 'Ended to make room' })
  })

  it('says what a held commit waits for', () => {
    expect(project('held')).toMatchObject({
      state: 'pending',
      description: 'Waits for approval: somebody with write access comments /deploy',
    })
  })

  it('says on both commits of a roll-back who did it, and links to the endpoint from the one that it leads to', () => {
    const [by, atMs] = ['ada', 1]
    expect(project('live', { url, standing: { kind: 'restored', by, atMs } })).toMatchObject({
      description: 'Live again since a roll-back by ada',
      targetUrl: url,
    })
    expect(project('live', { url, standing: { kind: 'rolled-back', by, atMs, to: shaB } })).toMatchObject({
      state: 'success',
      description: 'Rolled back to bbbbbbb by ada',
      targetUrl: 'http://bot/d/d1',
    })
    expect(project('live', { url, standing: { kind: 'resumed', by, atMs } }).description).toBe(
      'Live again since ada resumed deployments',
    )
  })
})
