import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { connectDocker } from '../../../runner/docker/client.ts'
import { listContainers } from '../../../runner/docker/containers.ts'
import { fromLabels } from '../../../runner/sandbox/labels.ts'
import { openFreezers } from '../../../runner/sandbox/sleep/freezers.ts'
import { dockerSocket } from '../../engine/sandbox/stage.ts'
import type { Stack } from './stack.ts'

/** How a stack's sandboxes stand, as the kernel and gVisor say it: Docker does not know. Sandbox id → whether it is frozen. */
export async function frozenSandboxes(stack: Pick<Stack, 'dataDir'>): Promise<Map<string, boolean>> {
  const ours = new Set(await readdir(join(stack.dataDir, 'sandboxes')))
  const docker = connectDocker(dockerSocket)
  const freezers = openFreezers(docker)
  const found = new Map<string, boolean>()
  for (const { id: containerId, state, labels } of await listContainers(docker, ['micropush.kind=sandbox'])) {
    const of = fromLabels(labels)
    if (of === undefined || !ours.has(of.sandboxId) || (state !== 'running' && state !== 'paused')) continue
    // One that ends meanwhile does not count.
    const isFrozen = await freezers.isFrozen({ containerId, isolation: of.isolation }).catch(() => undefined)
    freezers.forget(containerId)
    if (isFrozen !== undefined) found.set(of.sandboxId, isFrozen)
  }
  return found
}
