import { MicropushError } from '../../contract/errors.ts'
import { createContainer, nextExit, startContainer } from '../docker/containers.ts'
import { listenForInit, type ControlChannel, type ControlListener } from './start/control-channel.ts'
import type { Limits } from '../../contract/limits.ts'
import { sandboxContainer, type ContainerSpec } from './container/host-config.ts'
import { makeBox, makeTmp } from './mounts/make-box.ts'
import { withIdentity, type Identity } from './with-identity.ts'
import { sandboxPaths, type SandboxPaths } from './paths.ts'
import { expect } from './start/phases.ts'
import type { Phase, SandboxContext } from './sandbox.ts'

/** A container whose init waits for orders; nothing of the micro runs in it yet. */
export interface PreparedSandbox {
  readonly id: string
  readonly containerId: string
  readonly paths: SandboxPaths
  readonly channel: ControlChannel
  /** Resolves when the container ends. */
  readonly exited: Promise<number>
  readonly startedAtMs: number
  /** Ends the conversation with init and the wait for its end; the sandbox itself goes on. */
  readonly release: () => void
}

/** What is known of a sandbox before anything runs in it. */
export interface Shell extends ContainerSpec {
  /** Undefined for one that is to wait for its deployment. */
  readonly deploymentId: string | undefined
  readonly limits: Pick<Limits, 'memoryBytes' | 'processes' | 'tmpBytes'>
}

interface PrepareOptions {
  readonly signal: AbortSignal
  readonly onPhase: (phase: Phase) => void
}

/** Init is one small static program: it says hello as soon as it runs. */
const INIT_MS = 15_000

/** Makes the sandbox around an app. All of it is undone when one part fails. */
export async function prepareSandbox(
  context: SandboxContext,
  spec: Shell,
  options: PrepareOptions,
): Promise<PreparedSandbox> {
  return withIdentity(context, (identity) => build(context, spec, { ...options, ...identity }))
}

/** What Docker does takes longest, so all else is done beside it. */
async function build(
  context: SandboxContext,
  spec: Shell,
  options: PrepareOptions & Identity,
): Promise<PreparedSandbox> {
  const { id, uid, signal } = options
  const paths = sandboxPaths(context.dataDir, id)
  const box = makeBox(paths, { uid, gatewayGid: context.gatewayGid })
  const tmp = makeTmp(paths, { bytes: spec.limits.tmpBytes, box })
  const listening = box.then(() => listenForInit(paths.control, uid))
  const created = box.then(() => create(context, spec, { id, uid }))
  await allSettled([tmp, listening, created]).catch(async (error: unknown) => {
    await listening.then(
      (listener) => listener.close(),
      () => undefined,
    )
    throw error
  })
  const [listener, containerId] = await Promise.all([listening, created])
  options.onPhase('created')
  try {
    signal.throwIfAborted()
    return await startInit({ context, containerId, listener, signal, onPhase: options.onPhase }, { id, paths })
  } finally {
    listener.close()
  }
}

async function create(context: SandboxContext, spec: Shell, { id, uid }: Identity): Promise<string> {
  const { instance, isolation, host, network } = context
  return createContainer(
    context.docker,
    sandboxContainer({
      spec,
      host,
      network,
      paths: sandboxPaths(context.dataDir, id),
      labels: { instance, isolation, uid, sandboxId: id, deploymentId: spec.deploymentId },
    }),
  )
}

interface Starting {
  readonly context: SandboxContext
  readonly containerId: string
  readonly listener: ControlListener
  readonly signal: AbortSignal
  readonly onPhase: (phase: Phase) => void
}

async function startInit(
  { context, containerId, listener, signal, onPhase }: Starting,
  of: { readonly id: string; readonly paths: SandboxPaths },
): Promise<PreparedSandbox> {
  const waiting = new AbortController()
  const exited = nextExit(context.docker, containerId, waiting.signal)
  // Who waits for it hears of a failure; that nobody waits must not end the process.
  const ended = exited.then(
    () => undefined,
    () => undefined,
  )
  try {
    await startContainer(context.docker, containerId)
    const startedAtMs = Date.now()
    const either = AbortSignal.any([signal, AbortSignal.timeout(INIT_MS)])
    const channel = await Promise.race([listener.accept(either), ended])
    if (channel === undefined || (await expect(channel, 'hello', either)).kind !== 'reached')
      throw new MicropushError('engine-unavailable', 'The sandbox ended before it was ready for the app.')
    onPhase('started')
    const release = () => {
      channel.close()
      waiting.abort()
    }
    return { ...of, containerId, channel, exited, startedAtMs, release }
  } catch (error) {
    waiting.abort()
    throw error
  }
}

/** Waits for all of them, failed ones too: when a failure is dealt with, nothing may be made any more. */
async function allSettled(promises: readonly Promise<unknown>[]): Promise<void> {
  const results = await Promise.allSettled(promises)
  const failed = results.find((result) => result.status === 'rejected')
  if (failed !== undefined) throw failed.reason
}
