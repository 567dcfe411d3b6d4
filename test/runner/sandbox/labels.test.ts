import { describe, expect, test } from 'vitest'
import { fromLabels, toLabels } from '../../../runner/sandbox/labels.ts'

describe('labels', () => {
  const of = { instance: 'main', sandboxId: '0123456789', deploymentId: 'd1', uid: 200_001, isolation: 'runc' } as const

  test('come back as they went', () => {
    expect(fromLabels(toLabels(of))).toEqual(of)
  })

  test('name no deployment of a sandbox that was started before it had one', () => {
    const early = { ...of, deploymentId: undefined }
    expect(toLabels(early)).not.toHaveProperty('micropush.deployment')
    expect(fromLabels(toLabels(early))).toEqual(early)
  })

  test('of other containers are nobody’s sandbox', () => {
    expect(fromLabels({})).toBeUndefined()
    expect(fromLabels({ ...toLabels(of), 'micropush.kind': 'builder' })).toBeUndefined()
  })
})
