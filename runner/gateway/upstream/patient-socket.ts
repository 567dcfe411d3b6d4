import { Socket } from 'node:net'

type Done = (error?: NodeJS.ErrnoException | null) => void
type Chunks = { chunk: unknown; encoding: BufferEncoding }[]

/**
 * A connection whose other side may stop reading. A micro that refuses an upload answers and closes; Node would destroy the
 * connection at the next failed write, with the answer still unread. This one drops what nobody reads and goes on reading:
 * the end of the other side, or its absence of an answer, comes that way too.
 */
export class PatientSocket extends Socket {
  override _write(chunk: unknown, encoding: BufferEncoding, done: Done): void {
    // oxlint-disable-next-line no-underscore-dangle -- how a stream is written is overridden by this name
    super._write(chunk, encoding, patient(done))
  }

  override _writev(chunks: Chunks, done: Done): void {
    // oxlint-disable-next-line no-underscore-dangle -- ditto
    super._writev?.(chunks, patient(done))
  }
}

function patient(done: Done): Done {
  return (error) => {
    const code = error?.code
    done(code === 'EPIPE' || code === 'ECONNRESET' ? null : error)
  }
}
