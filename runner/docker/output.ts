import type Docker from 'dockerode'

/** Docker's frame: a byte for the stream, three of padding, the length as a big-endian number (Engine API, "Attach to a container"). */
const HEADER_BYTES = 8

/** The last lines that a container wrote, standard output and error in the order in which they came. */
export async function lastOutput(docker: Docker, id: string, lines: number): Promise<string> {
  const raw = await docker.getContainer(id).logs({ stdout: true, stderr: true, tail: lines, follow: false })
  return unframe(raw).toString('utf8')
}

/** The payloads of a framed log; a cut last frame gives what is there. */
export function unframe(raw: Buffer): Buffer {
  const parts: Buffer[] = []
  let at = 0
  while (at + HEADER_BYTES <= raw.length) {
    const start = at + HEADER_BYTES
    const end = start + raw.readUInt32BE(at + 4)
    parts.push(raw.subarray(start, end))
    at = end
  }
  return Buffer.concat(parts)
}
