import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { awaitFile } from '../../../cli/start/await-file.ts'

it('a file is waited for until it is there, or the command ends', async () => {
  const dir = await mkdtemp(join(tmpdir(), 'mp-await-'))
  try {
    const path = join(dir, 'ready')
    const stop = new AbortController()
    const waiting = awaitFile(path, stop.signal)
    const never = awaitFile(join(dir, 'never'), stop.signal)
    await writeFile(path, '')
    await waiting
    stop.abort(new Error('Ctrl-C'))
    await expect(never).rejects.toThrow('Ctrl-C')
  } finally {
    await rm(dir, { recursive: true, force: true })
  }
})
