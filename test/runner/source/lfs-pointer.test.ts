import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { fetchSource } from '../../../runner/source/fetch-source.ts'
import { pointerWarnings } from '../../../runner/source/lfs-pointer.ts'
import { botAnswering, tarball } from './bot.ts'

const pointer = 'version https://git-lfs.github.com/spec/v1\noid sha256:4d7a\nsize 12345\n'

it('files of which only a pointer of Git LFS is there are named, and kept as they are', async () => {
  const body = await tarball([
    { name: 'top/index.js', content: 'module.exports = 1' },
    { name: 'top/model.bin', content: pointer },
    { name: 'top/like.txt', content: `${pointer}${'x'.repeat(2000)}` },
    { name: 'top/about.txt', content: `about: ${pointer}` },
  ])
  await using bot = await botAnswering((_, response) => response.end(body))
  const intoDir = join(bot.dir, 'source')
  const input = { botSocket: bot.botSocket, deploymentId: 'd1', folder: '.', intoDir, maxBytes: 1e6, maxEntries: 100 }
  const source = await fetchSource(input, new AbortController().signal)
  expect(source.pointers).toEqual(['model.bin'])
  expect(await readFile(join(intoDir, 'model.bin'), 'utf8')).toBe(pointer)
})

it('the words for them name the first and count the others', () => {
  expect(pointerWarnings([])).toEqual([])
  expect(pointerWarnings(['a.bin'])).toEqual([expect.stringMatching(/^a\.bin: only a pointer of Git LFS/)])
  expect(pointerWarnings(['a.bin', 'b', 'c'])).toEqual([expect.stringMatching(/^a\.bin and 2 more: /)])
})
