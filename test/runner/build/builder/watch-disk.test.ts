import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { watchDisk } from '../../../../runner/build/builder/watch-disk.ts'

const MB = 1024 * 1024

it('tells when a folder grows past its bound, and ends when it is told to', async () => {
  const dir = await mkdtemp(join(tmpdir(), 'micropush-disk-'))
  try {
    const grown = watchDisk({ dir, maxBytes: 8 * MB, signal: new AbortController().signal })
    // Another's files being removed meanwhile would hide the growth from the file system's sum, so it is several times the bound.
    await writeFile(join(dir, 'big'), Buffer.alloc(48 * MB, 1))
    expect(await grown).toBe('too-large')
    const ended = new AbortController()
    const watched = watchDisk({ dir, maxBytes: 1000 * MB, signal: ended.signal })
    ended.abort()
    expect(await watched).toBeUndefined()
  } finally {
    await rm(dir, { recursive: true })
  }
})
