import { expect, it } from 'vitest'
import { createFrameReader } from '../../../runner/docker/frames.ts'

function frame(stream: 1 | 2, payload: string): Buffer {
  const header = Buffer.alloc(8)
  header[0] = stream
  header.writeUInt32BE(Buffer.byteLength(payload), 4)
  return Buffer.concat([header, Buffer.from(payload)])
}

it.each([1, 3, 8, 9, 1000])('gives whole frames with their stream from pieces of %i bytes', (size) => {
  const bytes = Buffer.concat([frame(1, 'one'), frame(2, ''), frame(2, 'a longer one'), frame(1, '!')])
  const read = createFrameReader()
  const seen: string[] = []
  for (let at = 0; at < bytes.length; at += size) {
    for (const { stream, payload } of read(bytes.subarray(at, at + size))) seen.push(`${stream} ${payload.toString()}`)
  }
  expect(seen).toEqual(['out one', 'err ', 'err a longer one', 'out !'])
})
