import { describe, expect, test } from 'vitest'
import { unframe } from '../../../runner/docker/output.ts'

describe('a log', () => {
  test('is taken out of Docker’s frames', () => {
    const frame = (stream: number, text: string) => {
      const head = Buffer.from([stream, 0, 0, 0, 0, 0, 0, 0])
      head.writeUInt32BE(text.length, 4)
      return Buffer.concat([head, Buffer.from(text)])
    }
    expect(unframe(Buffer.concat([frame(1, 'out\n'), frame(2, 'err\n')])).toString()).toBe('out\nerr\n')
  })
})
