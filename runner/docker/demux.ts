/** Docker's frame: a byte for the stream, three of padding, the length as a big-endian number (Engine API, "Attach to a container"). */
const HEADER_BYTES = 8

/**
 * Takes an attached stream's bytes as they arrive and hands on the payloads of both streams in order, whole frames or parts of them;
 * nothing is gathered, so a frame of any size costs no memory.
 */
export function demux(onPayload: (bytes: Buffer) => void): (chunk: Buffer) => void {
  let header = Buffer.alloc(0)
  let payloadLeft = 0
  return (chunk) => {
    for (let at = 0; at < chunk.length;) {
      if (payloadLeft === 0) {
        const part = chunk.subarray(at, at + HEADER_BYTES - header.length)
        header = Buffer.concat([header, part])
        at += part.length
        if (header.length < HEADER_BYTES) return
        payloadLeft = header.readUInt32BE(4)
        header = Buffer.alloc(0)
        continue
      }
      const payload = chunk.subarray(at, at + payloadLeft)
      at += payload.length
      payloadLeft -= payload.length
      onPayload(payload)
    }
  }
}
