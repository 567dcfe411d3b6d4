import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { expect } from 'vitest'
import type { Hostile } from '../../support/hostile.ts'
import { expectRefused } from '../../support/refused.ts'

export default {
  does: 'changes its own source',
  deployed: 'beforehand',
  async contained({ attack, alive, stack }) {
    const before = await digest(stack.dataDir)
    expectRefused(await attack('/attack'), ['EROFS', 'EACCES', 'EPERM'], { 'link out': ['EXDEV', 'EPERM', 'EROFS'] })
    expect(await digest(stack.dataDir)).toBe(before)
    await alive()
  },
} satisfies Hostile

/** Of the names, rights and content of all apps, as the host has them; what is noted beside them, and caches, come and go meanwhile. */
async function digest(dataDir: string): Promise<string> {
  const { stdout } = await promisify(execFile)('sh', [
    '-c',
    'cd "$1"/artifacts/app; find . -mindepth 2 -printf "%p %m %u %T@ %s\\n" | sort | sha256sum; find . -mindepth 2 -type f -print0 | sort -z | xargs -0 cat | sha256sum',
    'sh',
    dataDir,
  ])
  return stdout
}
