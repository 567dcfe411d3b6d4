import { describe, expect, it } from 'vitest'
import { FrameReader } from '../../../../runner/gateway/upstream/frame-reader.ts'
import { frame } from '../support/websocket-app.ts'

describe('a reader of frames', () => {
  it.each([0, 1, 125, 126, 65_535, 65_536])('knows the end of a frame of %i bytes, however it is cut', (size) => {
    const bytes = frame(2, Buffer.alloc(size))
    for (const step of [1, 3, bytes.length]) {
      const reader = new FrameReader()
      for (let at = 0; at < bytes.length; at += step) {
        expect(reader.whole).toBe(at === 0)
        reader.take(bytes.subarray(at, at + step))
      }
      expect(reader.whole).toBe(true)
    }
  })

  it('counts the mask of a client’s frame', () => {
    const reader = new FrameReader()
    reader.take(Buffer.from([0x81, 0x82, 1, 2, 3, 4, 5]))
    expect(reader.whole).toBe(false)
    reader.take(Buffer.from([6]))
    expect(reader.whole).toBe(true)
  })

  it('stops behind the current frame when asked to, and sees a close frame pass', () => {
    const reader = new FrameReader()
    const bytes = Buffer.concat([frame(1, Buffer.from('abc')), frame(8, Buffer.from([3, 232]))])
    expect(reader.takeFrame(bytes, 0)).toBe(5)
    expect(reader.closed).toBe(false)
    reader.take(bytes.subarray(5))
    expect(reader.closed).toBe(true)
  })
})
