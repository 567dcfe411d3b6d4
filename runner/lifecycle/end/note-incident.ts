import { setTimeout as delay } from 'node:timers/promises'
import type { IncidentKind } from '../../../contract/end-reason.ts'
import { getDeployment } from '../../../contract/store/deployments.ts'
import { countIncident } from '../../../contract/store/incidents.ts'
import { microKey } from '../../../contract/target-key.ts'
import { containerState } from '../../docker/containers.ts'
import type { Runner } from '../../runner.ts'

/** Docker tells that memory was full before it tells that the container ended by it. */
const SURVIVAL_MS = 1000

interface Incident {
  readonly deploymentId: string
  readonly kind: IncidentKind
  /** For the app's log. */
  readonly words: string
}

/** Tells a micro's log what happened to it, and counts it. */
export async function noteIncident(
  runner: Pick<Runner, 'store' | 'appLogs' | 'log'>,
  { deploymentId, kind, words }: Incident,
): Promise<void> {
  await runner.appLogs.note(deploymentId, words)
  try {
    const deployment = await getDeployment(runner.store, deploymentId)
    if (deployment === undefined) return
    const key = microKey({ repositoryId: deployment.repositoryId, micro: deployment.config.name })
    await countIncident(runner.store, { microKey: key, kind, atMs: Date.now() })
  } catch (error) {
    runner.log.warn({ err: error, deploymentId, kind }, 'what happened to a micro could not be counted')
  }
}

/** A request was answered 504. */
export async function noteLate(runner: Runner, deploymentId: string): Promise<void> {
  const words = 'A request was not answered within the execution time, and got 504.'
  await noteIncident(runner, { deploymentId, kind: 'late', words })
}

/** The micro was refused a process or thread, and runs on. */
export async function noteRefusal(runner: Runner, deploymentId: string): Promise<void> {
  const words = 'The micro has reached its limit of processes and threads: a new one was refused (EAGAIN).'
  await noteIncident(runner, { deploymentId, kind: 'process-refused', words })
}

/** The kernel ended a process of a sandbox for want of memory: told only when the sandbox outlives it, else its end says it. */
export async function noteMemoryFull(
  runner: Runner,
  { deploymentId, containerId }: { readonly deploymentId: string; readonly containerId: string },
): Promise<void> {
  await delay(SURVIVAL_MS)
  const state = await containerState(runner.docker, containerId).catch(() => undefined)
  if (state?.running !== true) return
  const words = 'The memory was full, and the kernel ended a process of the micro; the rest of it goes on.'
  await noteIncident(runner, { deploymentId, kind: 'memory-of-child', words })
}
