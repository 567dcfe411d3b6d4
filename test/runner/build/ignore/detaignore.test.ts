import { mkdir, mkdtemp, readdir, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { applyDetaignore } from '../../../../runner/build/ignore/apply-detaignore.ts'
import { readDetaignore } from '../../../../runner/build/ignore/detaignore.ts'

const leftOut = (text: string, paths: readonly string[]) => {
  const file = readDetaignore(text)
  return paths.filter((path) => file.leavesOut(path, { left: 1_000_000 }))
}

describe('a .detaignore', () => {
  it('leaves out what a line matches anywhere in its path', () => {
    const paths = ['server/a.js', 'web/server/b.js', 'index.js', 'build/x', 'servers.txt']
    expect(leftOut('server/\nbuild', paths)).toEqual(['server/a.js', 'web/server/b.js', 'build/x'])
  })

  it('takes files in again, and the last line decides', () => {
    const paths = ['public/a.css', 'public/css/summary/b.css']
    expect(leftOut('public/\n!public/css/summary/', paths)).toEqual(['public/a.css'])
    expect(leftOut('!public/css/summary/\npublic/', paths)).toEqual(paths)
  })

  it('of blank lines and junk leaves nothing out', () => {
    expect(leftOut('\n  \r\n!\n', ['a', '.env'])).toEqual([])
  })

  it('names the lines that are no expressions, and the others count', () => {
    const { warnings } = readDetaignore('*.log\nsrc\r\n**/x\n')
    expect(warnings).toEqual([
      expect.stringMatching(/line 1: "\*\.log" is no regular expression/),
      expect.stringMatching(/line 3/),
    ])
    expect(leftOut('*.log\nsrc', ['src/a', 'b.log'])).toEqual(['src/a'])
  })

  it('of nothing but junk is told in a few sentences', () => {
    expect(readDetaignore('*\n'.repeat(100_000)).warnings).toHaveLength(6)
  })
})

describe('what a .detaignore leaves out', () => {
  async function applied(files: Readonly<Record<string, string>>, entry?: string) {
    const dir = await mkdtemp(join(tmpdir(), 'micropush-ignore-'))
    try {
      for (const [path, text] of Object.entries(files)) {
        await mkdir(dirname(join(dir, path)), { recursive: true })
        await writeFile(join(dir, path), text)
      }
      const result = await applyDetaignore(dir, { text: files['.detaignore'] ?? '', entry })
      return { result, names: (await readdir(dir, { recursive: true })).toSorted() }
    } finally {
      await rm(dir, { recursive: true })
    }
  }

  it('is removed, but never the entry nor the file itself', async () => {
    const { result, names } = await applied(
      { '.detaignore': '.\n', 'index.js': '1', 'src/a.js': '22', 'b.js': '333' },
      'index.js',
    )
    expect(names).toEqual(['.detaignore', 'index.js', 'src'])
    expect(result).toEqual({ bytes: 5, files: 2, warnings: [] })
  })

  it('is a link, and not what it leads to', async () => {
    const outside = await mkdtemp(join(tmpdir(), 'micropush-outside-'))
    const dir = await mkdtemp(join(tmpdir(), 'micropush-ignore-'))
    try {
      await writeFile(join(outside, 'a'), 'kept')
      await symlink(outside, join(dir, 'link'))
      expect(await applyDetaignore(dir, { text: 'a\n', entry: undefined })).toMatchObject({ files: 0 })
      expect(await applyDetaignore(dir, { text: 'link', entry: undefined })).toMatchObject({ files: 1 })
      expect(await readdir(outside)).toEqual(['a'])
    } finally {
      for (const one of [outside, dir]) await rm(one, { recursive: true })
    }
  })
})
