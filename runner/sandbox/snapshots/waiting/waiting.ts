import { readFile, type FileHandle } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import { MicropushError } from '../../../../contract/errors.ts'
import type { Limits } from '../../../../contract/limits.ts'
import { createContainer, nextExit, startContainer } from '../../../docker/containers.ts'
import { sandboxContainer } from '../../container/host-config.ts'
import { WAITING_RUNTIME } from '../../container/isolation.ts'
import { makeBox, makeTmp } from '../../mounts/make-box.ts'
import { sandboxPaths, type SandboxPaths } from '../../paths.ts'
import type { SandboxContext } from '../../sandbox.ts'
import { withIdentity, type Identity } from '../../with-identity.ts'
import { restoreAhead } from './ahead.ts'
import { openPipe } from './open-pipe.ts'

/** What a container's memory on disk is tied to beside its image: the program that wrote it, and the machine it was taken on. */
export const machineSchema = z.strictObject({ runsc: z.string(), kernel: z.string(), cpu: z.string() })

/** A container that Docker has started, with a sandbox of gVisor's in which nothing runs: a process of the host's waits beside it for an order. */
export interface Waiting {
  readonly id: string
  readonly containerId: string
  readonly uid: number
  readonly paths: SandboxPaths
  readonly image: string
  readonly limits: WaitingLimits
  readonly machine: z.infer<typeof machineSchema>
  /** The process that serves the sandbox's files, as the host counts: in its mount namespace an app's folders are attached. */
  readonly gofer: number
  /** Resolves with its exit code when it ends, whatever runs in it then. */
  readonly exited: Promise<number>
  /** Gives an order to the process that waits. @throws MicropushError `engine-unavailable` when it is no more. */
  order(line: string): Promise<void>
  /** Lets it restore what is in a folder. @throws MicropushError `engine-unavailable` when it is no more; Error of the file system's. */
  restoreFrom(image: string, signal: AbortSignal): Promise<void>
  /** Lets go of what watches it; the container goes on. */
  release(): void
}

/** Limits that are fixed when a container is made. */
type WaitingLimits = Pick<Limits, 'memoryBytes' | 'processes' | 'tmpBytes'>

const NO_MORE = 'A container that waited for an app is no more.'

/** What a container will be. */
export interface WaitingFor {
  readonly image: string
  readonly limits: WaitingLimits
  /** That it will restore something, and nothing else: then that is begun ahead. */
  readonly isFor?: 'restore'
}

/**
 * Starts a container that waits. All of it is undone when one part fails.
 *
 * @throws MicropushError `engine-unavailable` when Docker cannot make it.
 */
export async function startWaiting(context: SandboxContext, of: WaitingFor, signal: AbortSignal): Promise<Waiting> {
  return withIdentity(context, (identity) => make(context, { ...of, ...identity }, signal))
}

async function make(context: SandboxContext, made: WaitingFor & Identity, signal: AbortSignal): Promise<Waiting> {
  const { id, uid, image, limits, isFor } = made
  const paths = sandboxPaths(context.dataDir, id)
  await makeBox(paths, { uid, gatewayGid: context.gatewayGid })
  await makeTmp(paths, { bytes: limits.tmpBytes, box: Promise.resolve() })
  const { instance, isolation, host, network } = context
  const labels = { instance, isolation, uid, sandboxId: id, deploymentId: undefined }
  const spec = { image, limits, mounts: [] }
  const options = sandboxContainer({ spec, host, network, paths, labels, runtime: WAITING_RUNTIME })
  const containerId = await createContainer(context.docker, options)
  signal.throwIfAborted()
  const watching = new AbortController()
  const exited = nextExit(context.docker, containerId, watching.signal)
  const ended = new AbortController()
  const end = () => ended.abort(new MicropushError('engine-unavailable', NO_MORE))
  // Who waits for it hears of a failure; that nobody waits must not end the process.
  exited.then(end, end)
  let orders: FileHandle | undefined
  try {
    await startContainer(context.docker, containerId)
    orders = await openPipe(join(paths.folder, 'orders'), signal)
    const [machine, gofer] = await Promise.all([readMachine(paths), readGofer(paths)])
    const pipe = orders
    const order = (line: string) =>
      pipe.writeFile(`${line}\n`).catch((cause: unknown) => {
        throw new MicropushError('engine-unavailable', NO_MORE, { cause })
      })
    const ahead = isFor === 'restore' ? await restoreAhead(paths.folder, order) : undefined
    const restoreFrom = (from: string, within: AbortSignal) =>
      ahead === undefined ? order(`restore ${from}`) : ahead.restoreFrom(from, { signal: within, ended: ended.signal })
    const release = () => {
      watching.abort()
      void pipe.close()
      void ahead?.giveUp()
    }
    return { id, containerId, uid, paths, image, limits, machine, gofer, exited, order, restoreFrom, release }
  } catch (error) {
    watching.abort()
    await orders?.close()
    throw error
  }
}

async function readMachine({ folder }: SandboxPaths): Promise<Waiting['machine']> {
  return machineSchema.parse(JSON.parse(await readFile(join(folder, 'machine.json'), 'utf8')))
}

async function readGofer({ folder }: SandboxPaths): Promise<number> {
  return z.coerce
    .number()
    .int()
    .min(2)
    .parse(await readFile(join(folder, 'gofer'), 'utf8'))
}
