import { mkdir, mkdtemp, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { toLabels } from '../../../runner/sandbox/labels.ts'
import { noteOwner, readOwner, UNCLAIMED } from '../../../runner/sandbox/owner.ts'
import { sandboxPaths } from '../../../runner/sandbox/paths.ts'

describe('whose a sandbox is', () => {
  let dataDir: string
  const of = { instance: 'main', sandboxId: '0123456789', uid: 200_001, isolation: 'runc' } as const

  beforeEach(async () => {
    dataDir = await mkdtemp(join(tmpdir(), 'mp-owner-'))
  })
  afterEach(() => rm(dataDir, { recursive: true, force: true }))

  test('is said by its label', async () => {
    const found = toLabels({ ...of, deploymentId: 'd1' })
    expect(await readOwner(dataDir, found)).toEqual({ ...of, deploymentId: 'd1' })
  })

  test('is said by a file that only root reads when it was started before it had a deployment', async () => {
    const paths = sandboxPaths(dataDir, of.sandboxId)
    await mkdir(paths.folder, { recursive: true })
    const found = toLabels({ ...of, deploymentId: undefined })
    expect((await readOwner(dataDir, found))?.deploymentId).toBe(UNCLAIMED)
    await noteOwner(paths, 'd2')
    expect((await readOwner(dataDir, found))?.deploymentId).toBe('d2')
    expect((await stat(paths.owner)).mode & 0o777).toBe(0o600)
  })

  test('is nobody’s when it has no folder any more, or is no sandbox', async () => {
    expect((await readOwner(dataDir, toLabels({ ...of, deploymentId: undefined })))?.deploymentId).toBe(UNCLAIMED)
    expect(await readOwner(dataDir, {})).toBeUndefined()
  })
})
