import { mkdir, mkdtemp, readdir, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { makeFolders } from '../../../runner/ground/folders.ts'

it('keeps source and artifacts from other users of the machine, the gateway among them, and forgets half-done work', async () => {
  const dataDir = await mkdtemp(join(tmpdir(), 'micropush-folders-'))
  try {
    await mkdir(join(dataDir, 'artifacts'), { mode: 0o755 })
    await mkdir(join(dataDir, 'work/half-done'), { recursive: true })
    await makeFolders({ dataDir, runDir: join(dataDir, 'run') })
    const mode = async (name: string) => (await stat(join(dataDir, name))).mode & 0o777
    expect([await mode('artifacts'), await mode('work'), await mode('run')]).toEqual([0o700, 0o700, 0o711])
    expect(await readdir(join(dataDir, 'work'))).toEqual([])
  } finally {
    await rm(dataDir, { recursive: true })
  }
})
