import { mkdir, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { PassThrough } from 'node:stream'
import { afterAll } from 'vitest'
import { appMounts } from '../../../runner/sandbox/container/app-mounts.ts'
import { destroySandbox } from '../../../runner/sandbox/destroy-sandbox.ts'
import type { SandboxSpec } from '../../../runner/sandbox/sandbox.ts'
import { restore } from '../../../runner/sandbox/snapshots/restore.ts'
import { save, UNFIT } from '../../../runner/sandbox/snapshots/save.ts'
import { pathsBelow } from '../../../runner/sandbox/snapshots/snapshot-paths.ts'
import { startWaiting } from '../../../runner/sandbox/snapshots/waiting/waiting.ts'
import { listen } from '../../../runner/sandbox/start/phases.ts'
import { openStage, type Stage } from '../sandbox/stage.ts'
import { attacherOf } from './attach.ts'

let opened: Promise<Stage> | undefined
afterAll(async () => (await opened)?.close())

/** What the engine does around snapshots; one for all tests of a file, and it ends with them. */
async function stage(): Promise<Stage> {
  return (opened ??= openStage('gvisor'))
}

export interface Restored {
  readonly socket: string
  output(): string
  stop(): Promise<number>
  exited(): Promise<number>
  [Symbol.asyncDispose](): Promise<void>
}

/**
 * Takes an app up to its import, puts it on disk, brings it back in another container and lets it listen.
 *
 * @returns undefined when the engine would take no snapshot of it, because it serves its port while it is imported, or has processes of its own.
 */
export async function serveRestored(spec: SandboxSpec): Promise<Restored | undefined> {
  const { context, docker } = await stage()
  const attacher = attacherOf(docker)
  const signal = AbortSignal.timeout(60_000)
  const draft = pathsBelow(await mkdtemp(join(tmpdir(), 'micropush-snapshot-')))
  await mkdir(draft.image)
  try {
    const first = await startWaiting(context, spec, signal)
    const saved = await (async () => {
      try {
        return await save(first, { spec, draft, attacher, madeInMs: 0, signal })
      } finally {
        first.release()
        await destroySandbox(context, first, { graceSeconds: 0 })
      }
    })()
    if (saved === UNFIT) return undefined
    if (typeof saved === 'string') throw new Error(saved)
    const second = await startWaiting(context, spec, signal)
    const output = new PassThrough()
    let text = ''
    output.on('data', (chunk: Buffer) => (text += chunk.toString('utf8')))
    const container = docker.getContainer(second.containerId)
    docker.modem.demuxStream(await container.attach({ stream: true, stdout: true, stderr: true }), output, output)
    const channel = await restore(second, { paths: draft, manifest: saved, mounts: appMounts(spec), attacher }, signal)
    if (channel === undefined) throw new Error(`it did not come back: ${text}`)
    const end = await listen(channel, signal)
    if (end.kind !== 'reached') throw new Error(`it did not listen: ${JSON.stringify(end)} ${text}`)
    channel.close()
    return {
      socket: second.paths.appSocket,
      output: () => text,
      async stop() {
        await container.kill({ signal: 'SIGTERM' })
        return second.exited
      },
      exited: () => second.exited,
      async [Symbol.asyncDispose]() {
        second.release()
        await destroySandbox(context, second, { graceSeconds: 0 })
      },
    }
  } finally {
    await rm(draft.folder, { recursive: true, force: true })
  }
}
