import { spawn, type ChildProcessByStdio } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import type { Readable, Writable } from 'node:stream'
import type { FolderMount } from '../container/app-mounts.ts'

interface Attachment {
  /** Of the sandbox's init, as the host counts. */
  readonly pid: number
  /** The host's path of the sandbox's box, by which it is known that the pid is still its own. */
  readonly box: string
  /** Folders of the host, and where they appear inside; read-only, one over the other in this order. */
  readonly mounts: readonly FolderMount[]
}

/** A small process on the host that puts folders into sandboxes that run (see runtimes/init/attach). */
export interface Attacher {
  /** @throws Error in the kernel's words; then some of the mounts may be there, and the sandbox is of no use. */
  attach(attachment: Attachment): Promise<void>
  close(): Promise<void>
}

/** A mount takes less than a millisecond; a disk that hangs must not hold everybody. */
const ANSWER_MS = 5000

type Process = ChildProcessByStdio<Writable, Readable, null>

interface Running {
  readonly process: Process
  /** Those that wait for their line, in the order of their requests. */
  readonly waiting: PromiseWithResolvers<string>[]
}

/**
 * Starts it at the first request, and anew when it has ended.
 *
 * @param provide gives the program's path; asked once.
 */
export function openAttacher(provide: () => Promise<string>): Attacher {
  let program: Promise<string> | undefined
  let running: Running | undefined

  const run = (path: string): Running => {
    if (running !== undefined) return running
    const process = spawn(path, [], { stdio: ['pipe', 'pipe', 'ignore'], env: {}, cwd: '/' })
    const now: Running = { process, waiting: [] }
    running = now
    const end = (error: Error) => {
      if (running === now) running = undefined
      for (const one of now.waiting.splice(0)) one.reject(error)
    }
    createInterface({ input: process.stdout }).on('line', (line) => now.waiting.shift()?.resolve(line))
    // Its end is told by 'close'; a request that comes too late is answered by that.
    process.stdin.on('error', () => {})
    process.on('error', end)
    process.on('close', () => end(new Error('the helper that attaches folders ended')))
    return now
  }

  return {
    async attach(attachment) {
      program ??= provide()
      const { process, waiting } = run(await program)
      const answer = Promise.withResolvers<string>()
      waiting.push(answer)
      process.stdin.write(encode(attachment))
      // A late answer would be taken for that of the next request.
      const late = setTimeout(() => process.kill('SIGKILL'), ANSWER_MS)
      const line = await answer.promise.finally(() => clearTimeout(late))
      if (line !== 'ok') throw new Error(`Folders cannot be attached to a sandbox: ${line.replace(/^failed /, '')}`)
    },
    async close() {
      if (running === undefined) return
      const closed = once(running.process, 'close')
      running.process.stdin.end()
      await closed
    },
  }
}

function encode({ pid, box, mounts }: Attachment): Buffer {
  const strings = [String(pid), box, ...mounts.flatMap(({ source, target }) => [source, target])]
  const body = Buffer.from(strings.map((text) => `${text}\0`).join(''), 'utf8')
  return Buffer.concat([Buffer.from(`${body.length}\n`), body])
}
