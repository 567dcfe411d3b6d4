import { describe, expect, it } from 'vitest'
import type { DeploymentOutcome, DeploymentState } from '../../../../contract/deployment.ts'
import { nextWrite } from '../../../../src/report/deployment/next-write.ts'
import type { ToldDeployment } from '../../../../src/report/deployment/told-deployment.ts'
import { sampleDeployment } from '../../support/samples.ts'

interface Given {
  readonly state: DeploymentState
  readonly outcome?: DeploymentOutcome
  readonly told?: readonly (readonly [number, ToldDeployment])[]
  readonly isServed?: boolean
}

function next({ state, outcome = {}, told = [], isServed = true }: Given) {
  const deployment = sampleDeployment({ state, outcome })
  return nextWrite({ deployment, isServed, told: new Map(told) })
}

const live = { state: 'success', description: 'Live in 0.0 s' } as const

describe('what GitHub is told next by a Deployment', () => {
  it.each(['queued', 'building', 'live', 'failed'] as const)('is that there is one, when it is %s', (state) => {
    expect(next({ state })).toMatchObject({ kind: 'create', activation: 1, isRepeated: false })
  })

  it.each(['held', 'skipped', 'cancelled', 'superseded', 'destroyed'] as const)(
    'is nothing of one that is %s',
    (state) => {
      expect(next({ state })).toBeUndefined()
    },
  )

  it('is asked for before it is made again, when it is not known whether it was', () => {
    expect(next({ state: 'building', told: [[1, {}]] })).toMatchObject({
      kind: 'create',
      isRepeated: true,
      isOver: false,
    })
    expect(next({ state: 'superseded', told: [[1, {}]] })).toMatchObject({
      kind: 'create',
      isRepeated: true,
      isOver: true,
    })
  })

  it('is nothing that it knows, and nothing of one that was deleted there', () => {
    expect(next({ state: 'live', told: [[1, { id: 5, ...live }]] })).toBeUndefined()
    expect(next({ state: 'destroyed', told: [[1, { id: 5, gone: true }]] })).toBeUndefined()
  })

  it('is that it is not live any more, when its endpoint leads to another one', () => {
    const told = [[1, { id: 5, ...live }]] as const
    expect(next({ state: 'live', isServed: false, told })).toMatchObject({ id: 5, status: { state: 'inactive' } })
  })

  it('is the end of the former activation before the beginning of the next', () => {
    const outcome = { activation: 2 }
    expect(next({ state: 'live', outcome, told: [[1, { id: 5, ...live }]] })).toMatchObject({
      kind: 'status',
      activation: 1,
      status: { state: 'inactive' },
    })
    const told = [[1, { id: 5, state: 'inactive' }]] as const
    expect(next({ state: 'live', outcome, told })).toMatchObject({ kind: 'create', activation: 2 })
  })
})
