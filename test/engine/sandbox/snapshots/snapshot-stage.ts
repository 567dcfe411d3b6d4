import { openAttacher } from '../../../../runner/sandbox/attach/attacher.ts'
import { provideAttacher } from '../../../../runner/sandbox/attach/provide-attacher.ts'
import { daemonFacts } from '../../../../runner/docker/daemon.ts'
import { connectDocker } from '../../../../runner/docker/client.ts'
import { WAITING_RUNTIME } from '../../../../runner/sandbox/container/isolation.ts'
import type { Sandbox, SandboxSpec } from '../../../../runner/sandbox/sandbox.ts'
import { restoreSandbox, type Restored } from '../../../../runner/sandbox/snapshots/restore-sandbox.ts'
import { takeSnapshot, type Taken } from '../../../../runner/sandbox/snapshots/take-snapshot.ts'
import { startWaiting } from '../../../../runner/sandbox/snapshots/waiting/waiting.ts'
import { dockerSocket, openStage, type Micro, type Stage } from '../stage.ts'

/** A stage under gVisor with what snapshots need. */
export interface SnapshotStage extends Stage {
  take(spec: SandboxSpec): Promise<Taken>
  /** Takes one, of which it has to be certain that it can be taken. */
  taken(micro: Micro): Promise<SandboxSpec>
  wake(spec: SandboxSpec, restoreMs?: number): Promise<Restored>
  /** Wakes one, of which it has to be certain that it can be woken. */
  woken(spec: SandboxSpec): Promise<Sandbox>
}

/** Whether this machine can have snapshots; that it cannot is said on the console. */
export async function snapshotsHere(): Promise<boolean> {
  const { runtimes } = await daemonFacts(connectDocker(dockerSocket))
  if (runtimes.includes(WAITING_RUNTIME)) return true
  console.warn(
    `SKIPPED: snapshots, because the Docker daemon knows no runtime ${WAITING_RUNTIME} (npm run install-gvisor)`,
  )
  return false
}

export async function openSnapshotStage(): Promise<SnapshotStage> {
  const stage = await openStage('gvisor')
  const { context } = stage
  const attacher = openAttacher(() => provideAttacher(context))
  const signal = new AbortController().signal
  const take = (spec: SandboxSpec) =>
    takeSnapshot(context, spec, { attacher, signal, isCurrent: () => Promise.resolve(true) })
  const wake = (spec: SandboxSpec, restoreMs?: number) =>
    restoreSandbox(context, spec, {
      attacher,
      signal,
      take: (image) => startWaiting(context, { image, limits: spec.limits, isFor: 'restore' }, signal),
      ...(restoreMs === undefined ? {} : { restoreMs }),
    })
  return {
    ...stage,
    take,
    wake,
    async taken(micro) {
      const spec = await stage.spec(micro)
      const taken = await take(spec)
      if (taken.kind !== 'taken') throw new Error(`no snapshot: ${JSON.stringify(taken)}`)
      return spec
    },
    async woken(spec) {
      const restored = await wake(spec)
      if ('unfit' in restored) throw new Error(`it was not woken: ${restored.why}`)
      return restored
    },
    async close() {
      await attacher.close()
      await stage.close()
    },
  }
}
