/** Docker's frame: a byte for the stream, three of padding, the length as a big-endian number (Engine API, "Attach to a container"). */
const HEADER_BYTES = 8

export interface Frame {
  readonly stream: 'out' | 'err'
  readonly payload: Buffer
}

/** Takes a stream's bytes as they arrive and gives the frames that are whole by now. What is not whole yet is kept for the next call. */
export function createFrameReader(): (chunk: Buffer) => Frame[] {
  let rest: Buffer = Buffer.alloc(0)
  return (chunk) => {
    const bytes = rest.length === 0 ? chunk : Buffer.concat([rest, chunk])
    const frames: Frame[] = []
    let at = 0
    while (bytes.length - at >= HEADER_BYTES) {
      const end = at + HEADER_BYTES + bytes.readUInt32BE(at + 4)
      if (end > bytes.length) break
      frames.push({ stream: bytes[at] === 2 ? 'err' : 'out', payload: bytes.subarray(at + HEADER_BYTES, end) })
      at = end
    }
    rest = bytes.subarray(at)
    return frames
  }
}
