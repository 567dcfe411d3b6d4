import { expect, it } from 'vitest'
import { demux } from '../../../runner/docker/demux.ts'

function frame(stream: 1 | 2, payload: string): Buffer {
  const header = Buffer.alloc(8)
  header[0] = stream
  header.writeUInt32BE(Buffer.byteLength(payload), 4)
  return Buffer.concat([header, Buffer.from(payload)])
}

it.each([1, 3, 8, 9, 1000])('takes frames apart that arrive in pieces of %i bytes', (size) => {
  const bytes = Buffer.concat([frame(1, 'one'), frame(2, ''), frame(2, 'a longer one'), frame(1, '!')])
  const seen: Buffer[] = []
  const take = demux((payload) => seen.push(payload))
  for (let at = 0; at < bytes.length; at += size) take(bytes.subarray(at, at + size))
  expect(Buffer.concat(seen).toString()).toBe('onea longer one!')
})
