import { expect, it } from 'vitest'
import { projectDeployment } from '../../../../src/report/deployment/project-deployment.ts'
import { sampleDeployment } from '../../support/samples.ts'

it('a preview that was ended while its pull request is open says why, and how it comes back', () => {
  const words = 'Ended after 7 idle days; push or /deploy to get it back'
  const idle = sampleDeployment({ state: 'destroyed', outcome: { ended: { why: 'idle', words } } })
  expect(projectDeployment(idle, false)).toMatchObject({ state: 'inactive', description: words })
  const closed = sampleDeployment({ state: 'destroyed' })
  expect(projectDeployment(closed, false)).toMatchObject({ state: 'inactive', description: 'Ended' })
})
