import { describe, expect, test } from 'vitest'
import { parseMountPoints } from '../../../../runner/sandbox/mounts/mounts.ts'

describe('mount points', () => {
  test('are read from the kernel’s table, escapes undone', () => {
    const table = [
      '22 27 0:21 / /proc rw,relatime - proc proc rw',
      '90 27 0:60 / /data\\040x/sandboxes/a rw - tmpfs tmpfs rw',
      '',
    ]
    expect(parseMountPoints(table.join('\n'))).toEqual(['/proc', '/data x/sandboxes/a'])
  })
})
