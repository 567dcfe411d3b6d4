import type { Readable } from 'node:stream'
import type { Docker } from './client.ts'
import { asEngineError, statusOf } from './engine-error.ts'
import { createFrameReader, type Frame } from './frames.ts'

/** A line that a container wrote, or 16 KB of a longer one, as Docker keeps it. */
export interface OutputLine {
  readonly stream: 'out' | 'err'
  /** When Docker read it, RFC 3339 with nine digits after the second; the pieces of one long line have the same. */
  readonly at: string
  /** Without the line's end. */
  readonly bytes: Buffer
}

/** How far a container's output has been read: the last line's time, and how many lines of that very time. */
export interface OutputPosition {
  readonly at: string
  readonly lines: number
}

interface Reading {
  /** Where to go on; the beginning when absent. */
  readonly after?: OutputPosition | undefined
  /** Whether to wait for what is yet to come, until the container ends. A follower may miss the last words: read once more without. */
  readonly follow: boolean
  readonly signal: AbortSignal
}

const PIECE_BYTES = 64 * 1024

/**
 * What begins a line of the container's. Docker puts words of its own between them when it cannot read its log on, as while it turns a full
 * file over ("Error grabbing logs: …"), and ends there: whoever reads comes again, and goes on after the last line.
 */
const TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z$/

/** Where lines go, some at a time; no more are read until what it gives is settled. */
type TakeLines = (lines: readonly OutputLine[]) => Promise<void>

/** Reads what a container wrote, from Docker's log of it. That it is gone is no failure: there is nothing more to come. */
export async function readOutput(
  docker: Docker,
  id: string,
  { take, after, follow, signal }: Reading & { readonly take: TakeLines },
): Promise<void> {
  const since = after === undefined ? {} : { since: unixSeconds(after.at) }
  const shared = { stdout: true, stderr: true, timestamps: true, abortSignal: signal, ...since }
  const container = docker.getContainer(id)
  const stream = await asEngineError<Readable | Buffer>(async () =>
    follow
      ? ((await container.logs({ ...shared, follow: true })) as unknown as Readable)
      : container.logs({ ...shared, follow: false }),
  ).catch((error: unknown) => {
    if (statusOf(error) === 404 || statusOf(error) === 409) return Buffer.alloc(0)
    throw error
  })
  const frames = createFrameReader()
  const isNew = skipRead(after)
  const linesOf = (chunk: Buffer) =>
    frames(chunk)
      .map(toLine)
      .filter((line) => TIME.test(line.at) && isNew(line.at))
  for await (const chunk of Buffer.isBuffer(stream) ? inPieces(stream) : stream) await take(linesOf(chunk as Buffer))
}

/** A whole log at once may be a hundred thousand lines, which is more than a call takes, here or of Redis. */
function* inPieces(bytes: Buffer): Generator<Buffer> {
  for (let at = 0; at < bytes.length; at += PIECE_BYTES) yield bytes.subarray(at, at + PIECE_BYTES)
}

function toLine({ stream, payload }: Frame): OutputLine {
  const space = payload.indexOf(0x20)
  const end = payload.at(-1) === 0x0a ? payload.length - 1 : payload.length
  return { stream, at: payload.toString('latin1', 0, space), bytes: payload.subarray(space + 1, end) }
}

/** Docker gives again what has the very time that was asked for. */
function skipRead(after: OutputPosition | undefined): (at: string) => boolean {
  let toSkip = after?.lines ?? 0
  return (at) => {
    if (after === undefined || at > after.at) return true
    if (at === after.at && toSkip === 0) return true
    if (at === after.at) toSkip -= 1
    return false
  }
}

/** Seconds since 1970 with their fraction as digits: a JavaScript number cannot hold nanoseconds. */
function unixSeconds(at: string): number {
  const fraction = /\.(\d+)/.exec(at)?.[1] ?? '0'
  // dockerode's type wants a number; what is sent is this text.
  return `${Math.floor(Date.parse(at) / 1000)}.${fraction.padEnd(9, '0')}` as unknown as number
}
