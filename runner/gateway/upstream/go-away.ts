import { randomBytes } from 'node:crypto'
import type { Socket } from 'node:net'
import type { FrameReader } from './frame-reader.ts'

/** RFC 6455 section 7.4.1: an endpoint is going away, such as a server that goes down. */
const GOING_AWAY = 1001

interface Direction {
  /** Where the frames come from, and where they go. */
  readonly from: Socket
  readonly to: Socket
  /** Knows what has gone so far. */
  readonly frames: FrameReader
  /** A client's frames are masked, a server's are not. */
  readonly masked: boolean
}

/**
 * Ends one direction of a WebSocket with a close frame of our own, behind the frame that is on its way; `from` must no longer be
 * piped. What comes after that is thrown away.
 */
export function sayGoingAway({ from, to, frames, masked }: Direction): void {
  const finish = (): void => {
    if (frames.closed) to.end()
    else to.end(closeFrame(masked))
    from.resume()
  }
  if (frames.whole) {
    finish()
    return
  }
  const onData = (chunk: Buffer): void => {
    const end = frames.takeFrame(chunk, 0)
    const fits = to.write(chunk.subarray(0, end))
    if (!frames.whole) {
      // A frame may be as long as it likes, and whoever reads it as slow: nothing of it is to pile up here.
      if (!fits) from.pause()
      return
    }
    from.removeListener('data', onData)
    to.removeListener('drain', onDrain)
    finish()
  }
  const onDrain = (): void => void from.resume()
  from.on('data', onData)
  to.on('drain', onDrain)
  from.resume()
}

/** A whole close frame: final, opcode 8, two bytes of status. */
function closeFrame(masked: boolean): Buffer {
  const payload = Buffer.from([GOING_AWAY >> 8, GOING_AWAY & 0xff])
  if (!masked) return Buffer.concat([Buffer.from([0x88, payload.length]), payload])
  const mask = randomBytes(4)
  const hidden = payload.map((byte, index) => byte ^ (mask[index] ?? 0))
  return Buffer.concat([Buffer.from([0x88, 0x80 | payload.length]), mask, hidden])
}
