import { readFile } from 'node:fs/promises'
import { expect } from 'vitest'
import type { Hostile } from '../../support/hostile.ts'
import { expectRefused } from '../../support/refused.ts'

export default {
  does: 'writes to /proc/sys, /sys and devices',
  deployed: 'beforehand',
  async contained({ attack, alive, container, isolation }) {
    const [own, before] = [await readHost(), await attack('/attack')]
    expectRefused(before, ['EROFS', 'EACCES', 'EPERM', 'ENOENT'], {
      // gVisor's own kernel may think of the app what it likes: the host's score is that of the sandbox.
      'oom score': isolation === 'gvisor' ? 'done' : 'EACCES',
      'kernel core': ['ENOENT', 'EACCES', 'EPERM', 'empty'],
      keys: ['ENOENT', 'EACCES', 'empty'],
      'block device': 'EPERM',
      'character device': 'EPERM',
    })
    expect(await readHost()).toEqual(own)
    const { pid } = await container()
    expect(Number(await readFile(`/proc/${pid}/oom_score_adj`, 'utf8'))).toBeGreaterThanOrEqual(500)
    await alive()
  },
} satisfies Hostile

/** What it would have changed. */
async function readHost(): Promise<string[]> {
  const names = ['kernel/hostname', 'kernel/core_pattern', 'vm/overcommit_memory', 'net/ipv4/ip_forward']
  return Promise.all(names.map((name) => readFile(`/proc/sys/${name}`, 'utf8')))
}
