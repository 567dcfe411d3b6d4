import { chmod, mkdir, rm } from 'node:fs/promises'
import { dirname } from 'node:path'
import { MicropushError } from '../../contract/errors.ts'
import { openSource } from './open-source.ts'
import { unpack, type Source } from './unpack.ts'

export type { Source } from './unpack.ts'

export interface FetchInput {
  /** The unix socket on which the bot serves `GET /source/<deployment id>`. */
  readonly botSocket: string
  readonly deploymentId: string
  /** The micro's folder in the repository, `.` for its root. */
  readonly folder: string
  /** Where the source goes; it must not exist yet. */
  readonly intoDir: string
  readonly maxBytes: number
  readonly maxEntries: number
  /** How long a bot that does not answer is waited for; 60 s when absent. */
  readonly patienceMs?: number
}

/**
 * One commit's files on disk, counted and checked while they stream in. On any failure nothing is left at `intoDir`.
 *
 * @throws MicropushError `source-gone`, `source-unavailable`, `source-damaged`, `source-unsafe`, `source-too-large`,
 *   `source-too-many-entries`, or `entry-missing` when the folder is not in the commit
 */
export async function fetchSource(input: FetchInput, signal: AbortSignal): Promise<Source> {
  const stream = await openSource(input, signal)
  stream.on('error', () => {}) // the pipeline below reports it
  await mkdir(dirname(input.intoDir), { recursive: true })
  await mkdir(input.intoDir)
  try {
    await chmod(input.intoDir, 0o755)
    return await unpack(stream, input, signal)
  } catch (error) {
    await rm(input.intoDir, { recursive: true, force: true })
    signal.throwIfAborted()
    throw asSourceError(error)
  } finally {
    stream.destroy()
  }
}

/** What gunzip, the tar parser and the connection throw is about the archive; what the file system throws is not. */
function asSourceError(error: unknown): unknown {
  if (error instanceof MicropushError) return error
  const code = error instanceof Error && 'code' in error ? String(error.code) : ''
  if (code === 'ENOSPC' || code === 'EDQUOT') {
    return new MicropushError('disk-full', 'The disk of the micropush machine is full. Tell its operator.', {
      cause: error,
    })
  }
  if (error instanceof Error && 'syscall' in error && !isConnectionCode(code)) return error
  return new MicropushError('source-damaged', 'The source arrived damaged or incomplete. It will be fetched again.', {
    cause: error,
  })
}

function isConnectionCode(code: string): boolean {
  return code === 'ECONNRESET' || code === 'EPIPE' || code === 'ETIMEDOUT'
}
