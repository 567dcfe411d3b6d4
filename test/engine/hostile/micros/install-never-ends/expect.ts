import { expect } from 'vitest'
import { deploymentDeadline, getDeployment } from '../../../../../contract/store/deployments.ts'
import { BUILDER_SECONDS, type Hostile } from '../../support/hostile.ts'
import { expectBuilderGone, seeBuilder } from '../../support/live-builder.ts'

export default {
  does: 'installs for ever',
  deployed: 'attack',
  async contained({ push, stack }) {
    const pushed = push()
    const builder = await seeBuilder(stack)
    const { stateSinceMs = 0 } = (await getDeployment(stack.store, builder.deploymentId)) ?? {}
    const deadlineMs = (await deploymentDeadline(stack.store, builder.deploymentId)) ?? 0
    // Its own deadline comes first, so that the words are its own.
    expect(deadlineMs - stateSinceMs).toBeGreaterThan(2 * BUILDER_SECONDS * 1000)
    const message = `Installing dependencies took longer than ${BUILDER_SECONDS} s and was stopped.`
    expect(await pushed).toMatchObject({ state: 'failure', description: expect.stringContaining(message) })
    await expectBuilderGone(stack, builder)
  },
} satisfies Hostile
