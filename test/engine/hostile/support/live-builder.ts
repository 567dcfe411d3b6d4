import { expect } from 'vitest'
import { connectDocker } from '../../../../runner/docker/client.ts'
import { labels } from '../../../../runner/sandbox/labels.ts'
import { dockerSocket } from '../../sandbox/stage.ts'
import type { Stack } from '../../../journey/support/stack.ts'
import { processesOf } from './gone.ts'

const SEEN_MS = 60_000

export interface Builder {
  readonly id: string
  readonly uid: number
  readonly deploymentId: string
}

/** The builder that runs, once one does. */
export async function seeBuilder(stack: Stack): Promise<Builder> {
  await expect.poll(async () => (await stack.leftovers()).builders.length, { timeout: SEEN_MS }).toBe(1)
  const [line = ''] = (await stack.leftovers()).builders
  const { Id, Config } = await connectDocker(dockerSocket)
    .getContainer(line.split(' ')[0] ?? '')
    .inspect()
  const deploymentId = Config.Labels[labels.deployment] ?? ''
  return { id: Id, uid: Number(Config.Labels[labels.uid]), deploymentId }
}

/** Nothing is left of a builder by the time that its deployment's end was told: no container, process, mount or folder. */
export async function expectBuilderGone(stack: Stack, builder: Builder): Promise<void> {
  expect({ ...(await stack.leftovers()), processes: await processesOf(builder) }).toMatchObject({
    builders: [],
    work: [],
    processes: [],
  })
}
