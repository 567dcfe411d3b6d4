import { describe, expect, it } from 'vitest'
import { deploymentStates, type Deployment, type DeploymentState } from '../../../../contract/deployment.ts'
import { statusContext } from '../../../../contract/names.ts'
import { checkName, projectCheck, type Around } from '../../../../src/report/check/project-check.ts'
import { sampleDeployment } from '../../support/samples.ts'

function project(more: Partial<Deployment>, around: Partial<Around> = {}) {
  const deployment = sampleDeployment({ id: 'd2', sequence: 2, ...more })
  const all = { newestId: 'd2', servedId: 'd2', history: [deployment], isPaused: false, ...around }
  return projectCheck(deployment, all, 'http://bot')
}

const buttons = (more: Partial<Deployment>, around: Partial<Around> = {}) =>
  project(more, around).actions.map(({ identifier }) => identifier)

const older = sampleDeployment({ id: 'd1', sequence: 1, state: 'live' })

describe('a check run', () => {
  it('is never called as a status is', () => {
    expect(checkName('web').toLowerCase()).not.toBe(statusContext('web'))
  })

  it.each<[DeploymentState, string]>([
    ['held', 'action_required'],
    ['live', 'success'],
    ['failed', 'failure'],
    ['cancelled', 'cancelled'],
    ['superseded', 'cancelled'],
    ['skipped', 'skipped'],
  ])('of a deployment that is %s ends as %s', (state, conclusion) => {
    expect(project({ state })).toMatchObject({ status: 'completed', conclusion })
  })

  it('tells a time limit from other failures', () => {
    const error = { code: 'start-timeout', message: 'too slow' } as const
    expect(project({ state: 'failed', outcome: { error } }).conclusion).toBe('timed_out')
  })

  it('has buttons for what can be done with it', () => {
    const pull = { kind: 'preview', pull: 3, fork: true, secrets: 'none' } as const
    expect(buttons({ state: 'held', target: pull })).toEqual(['approve'])
    expect(buttons({ state: 'live' })).toEqual(['redeploy'])
    expect(buttons({ state: 'live' }, { history: [older] })).toEqual(['redeploy', 'rollback'])
    expect(buttons({ state: 'live' }, { history: [older], isPaused: true })).toEqual(['rollback', 'resume'])
    expect(buttons({ state: 'live', target: pull }, { history: [older] })).toEqual(['redeploy'])
    expect(buttons({ state: 'live', target: pull }, { isPaused: true })).toEqual(['redeploy'])
    expect(buttons({ state: 'live' }, { servedId: 'd3' })).toEqual([])
    expect(buttons({ state: 'failed' })).toEqual(['redeploy'])
    expect(buttons({ state: 'failed' }, { newestId: 'd3' })).toEqual([])
    expect(buttons({ state: 'skipped' }, { isPaused: true })).toEqual(['resume'])
  })

  it('keeps within what GitHub takes, whatever happened', () => {
    const long = 'x'.repeat(200_000)
    const outcome = {
      error: { code: 'build-failed', message: long } as const,
      warnings: Array.from({ length: 100 }, () => long),
    }
    for (const state of deploymentStates) {
      const run = project({ state, outcome, branch: 'b'.repeat(255) }, { history: [older], isPaused: true })
      expect(run.summary.length).toBeLessThan(65_535)
      expect(run.title.length).toBeLessThanOrEqual(255)
      expect(run.actions.length).toBeLessThanOrEqual(3)
      for (const { label, description, identifier } of run.actions) {
        expect(label.length).toBeLessThanOrEqual(20)
        expect(description.length).toBeLessThanOrEqual(40)
        expect(identifier.length).toBeLessThanOrEqual(20)
      }
    }
  })
})
