import { describe, expect, test } from 'vitest'
import { fromLabels, toLabels } from '../../../runner/sandbox/labels.ts'
import type { ListedSandbox } from '../../../runner/sandbox/list-sandboxes.ts'
import { parseMountPoints } from '../../../runner/sandbox/mounts.ts'
import { assertSocketPathsFit } from '../../../runner/sandbox/paths.ts'
import { wanted } from '../../../runner/sandbox/sweep.ts'
import { freeUid } from '../../../runner/sandbox/uid-pool.ts'
import { unframe } from '../../../runner/docker/output.ts'

describe('labels', () => {
  const of = { instance: 'main', sandboxId: '0123456789', deploymentId: 'd1', uid: 200_001, isolation: 'runc' } as const

  test('come back as they went', () => {
    expect(fromLabels(toLabels(of))).toEqual(of)
  })

  test('of other containers are nobody’s sandbox', () => {
    expect(fromLabels({})).toBeUndefined()
    expect(fromLabels({ ...toLabels(of), 'micropush.kind': 'builder' })).toBeUndefined()
  })
})

describe('a uid', () => {
  test('is one that nobody has', () => {
    expect(freeUid((uid) => uid !== 234_567)).toBe(234_567)
  })

  test('is refused when all are taken', () => {
    expect(() => freeUid(() => true)).toThrow(expect.objectContaining({ code: 'engine-unavailable' }))
  })
})

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

describe('the data folder', () => {
  test('is refused when the sockets below it would have names too long', () => {
    expect(() => assertSocketPathsFit('/var/lib/micropush')).not.toThrow()
    expect(() => assertSocketPathsFit(`/${'x'.repeat(100)}`)).toThrow(
      expect.objectContaining({
        code: 'setup-incomplete',
        message: expect.stringMatching(/^MICROPUSH_DATA is \d+ bytes too long/),
      }),
    )
  })
})

describe('after a restart', () => {
  const listed = (id: string, more: Partial<ListedSandbox> = {}, startedAtMs = 1): ListedSandbox => ({
    sandbox: { id, containerId: id, deploymentId: id.charAt(0), socket: '', isolation: 'runc', startedAtMs },
    state: 'running',
    ready: true,
    ...more,
  })

  test('the newest ready sandbox of each wanted deployment stays, frozen or not', () => {
    const sandboxes = [listed('a1', {}, 1), listed('a2', {}, 2), listed('b1', { state: 'frozen' }), listed('c1')]
    expect(wanted(sandboxes, new Set(['a', 'b'])).map(({ sandbox }) => sandbox.id)).toEqual(['a2', 'b1'])
  })

  test('one that ended or never became ready does not', () => {
    const sandboxes = [listed('a1', { state: 'ended' }), listed('b1', { ready: false })]
    expect(wanted(sandboxes, new Set(['a', 'b']))).toEqual([])
  })
})

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
