import { setTimeout as delay } from 'node:timers/promises'
import { containerState, listContainers } from '../docker/containers.ts'
import { containerEvents } from '../docker/events.ts'
import { sandboxFilter } from './labels.ts'
import { readOwner, UNCLAIMED } from './owner.ts'
import type { SandboxContext } from './sandbox.ts'

export interface SandboxExit {
  readonly sandboxId: string
  readonly containerId: string
  readonly deploymentId: string
  readonly exitCode: number
  readonly oomKilled: boolean
}

interface WatchOptions {
  readonly signal: AbortSignal
  readonly onExit: (exit: SandboxExit) => void
  /** The kernel ended a process for want of memory; whether the sandbox ends by it is not known yet. It may be told several times. */
  readonly onMemoryFull?: (sandbox: Pick<SandboxExit, 'containerId' | 'deploymentId'>) => void
  /** The daemon cannot be heard at the moment; the watch goes on trying. */
  readonly onTrouble: (error: unknown) => void
  /** Called each time the watch hears the daemon (again). */
  readonly onWatching?: () => void
}

const RETRY_MS = 500

/**
 * Tells of every sandbox of ours that belongs to a deployment and ends, each once, until the signal aborts. What ended while nobody listened, before the first call or while the
 * daemon was away, is told as soon as it answers.
 */
export async function watchExits(context: SandboxContext, options: WatchOptions): Promise<void> {
  const told = new Set<string>()
  while (!options.signal.aborted) {
    try {
      await watchOnce(context, { ...options, told })
    } catch (error) {
      if (options.signal.aborted) return
      options.onTrouble(error)
    }
    await delay(RETRY_MS, undefined, { signal: options.signal }).catch(() => {
      // Aborted: the loop ends.
    })
  }
}

async function watchOnce(context: SandboxContext, options: WatchOptions & { told: Set<string> }): Promise<void> {
  const filter = sandboxFilter(context.instance)
  const caughtUp = Promise.withResolvers<void>()
  // Its failure is thrown after the loop; until then it must not count as unhandled.
  caughtUp.promise.catch(() => {})
  const events = containerEvents(context.docker, {
    labels: filter,
    actions: ['die', 'oom'],
    signal: options.signal,
    onSubscribed: () => {
      options.onWatching?.()
      catchUp(context, options).then(caughtUp.resolve, caughtUp.reject)
    },
  })
  for await (const event of events) {
    if (event.action === 'oom') {
      const deploymentId = (await readOwner(context.dataDir, event.attributes))?.deploymentId ?? UNCLAIMED
      if (deploymentId !== UNCLAIMED) options.onMemoryFull?.({ deploymentId, containerId: event.containerId })
      continue
    }
    await tell(context, options, {
      id: event.containerId,
      labels: event.attributes,
      exitCode: Number(event.attributes['exitCode']),
    })
  }
  await caughtUp.promise
}

/** Those that ended unheard: the list is asked for after the subscription, so that none falls between. */
async function catchUp(context: SandboxContext, options: WatchOptions & { told: Set<string> }): Promise<void> {
  const containers = await listContainers(context.docker, sandboxFilter(context.instance))
  for (const container of containers) {
    if (container.state === 'exited' || container.state === 'dead') await tell(context, options, container)
  }
  const present = new Set(containers.map((container) => container.id))
  for (const id of options.told) if (!present.has(id)) options.told.delete(id)
}

interface Ended {
  readonly id: string
  readonly labels: Readonly<Record<string, string>>
  readonly exitCode?: number
}

async function tell(
  context: SandboxContext,
  options: WatchOptions & { told: Set<string> },
  ended: Ended,
): Promise<void> {
  if (options.told.has(ended.id)) return
  const of = await readOwner(context.dataDir, ended.labels)
  if (of === undefined) return
  options.told.add(ended.id)
  // Nobody's yet, or ended and taken away by ourselves.
  if (of.deploymentId === UNCLAIMED) return
  // Removed already means that we ended it ourselves; then the reason does not matter.
  const state = await containerState(context.docker, ended.id)
  options.onExit({
    sandboxId: of.sandboxId,
    containerId: ended.id,
    deploymentId: of.deploymentId,
    exitCode: ended.exitCode ?? state?.exitCode ?? -1,
    oomKilled: state?.oomKilled ?? false,
  })
}
