import { lstat, readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import { archive, base256, fetching, MB, sends, TOP } from './hostile-stage.ts'
import { paxRecords, rawEntry, rawTar, type RawHeader } from './raw-tar.ts'

describe('an archive is refused, and nothing is left of it, when it holds', () => {
  const file = { name: `${TOP}/index.js`, content: '1' }
  const cases: readonly [string, readonly RawHeader[], { code: string; says?: RegExp }][] = [
    ['a name with .. in its prefix', [{ ...file, prefix: `${TOP}/..` }], { code: 'source-unsafe', says: /`\.\.`/ }],
    [
      'an absolute name in a PAX header',
      pax({ path: '/etc/cron.d/evil' }, file),
      { code: 'source-unsafe', says: /absolute/ },
    ],
    ['a .. in a PAX header', pax({ path: `${TOP}/../../sentinel` }, file), { code: 'source-unsafe', says: /`\.\.`/ }],
    [
      'a .. in a global PAX header',
      [
        { name: 'pax', type: 'g', content: paxRecords({ path: `${TOP}/../x` }) },
        ...pax({ comment: 'takes on what is global' }, file),
      ],
      { code: 'source-unsafe' },
    ],
    [
      'a long GNU name that leads out',
      [
        { name: '././@LongLink', type: 'L', content: `${TOP}/${'../'.repeat(60)}x\0`, magic: 'ustar  \0' },
        { ...file, magic: 'ustar  \0' },
      ],
      { code: 'source-unsafe' },
    ],
    [
      'a link to elsewhere in a PAX header',
      pax({ linkpath: '../../../sentinel' }, { name: `${TOP}/l`, type: '2', linkname: 'index.js' }),
      { code: 'source-unsafe', says: /^l / },
    ],
    [
      'a long GNU link that leads out',
      [
        { name: '././@LongLink', type: 'K', content: `${'../'.repeat(60)}x\0`, magic: 'ustar  \0' },
        { name: `${TOP}/l`, type: '2', linkname: 'x', magic: 'ustar  \0' },
      ],
      { code: 'source-unsafe', says: /^l / },
    ],
    [
      'a hard link to a link',
      [
        { name: `${TOP}/l`, type: '2', linkname: 'x' },
        { name: `${TOP}/h`, type: '1', linkname: `${TOP}/l` },
      ],
      { code: 'source-unsafe', says: /^h / },
    ],
    [
      'a hard link upwards',
      [{ name: `${TOP}/h`, type: '1', linkname: `${TOP}/../../sentinel` }],
      { code: 'source-unsafe' },
    ],
    [
      'a hard link to an absolute path',
      [{ name: `${TOP}/h`, type: '1', linkname: '/etc/passwd' }],
      { code: 'source-unsafe' },
    ],
    [
      'a file in the place of its own folder',
      [
        { name: `${TOP}/d/x`, content: '' },
        { name: `${TOP}/d`, content: 'x' },
      ],
      { code: 'source-unsafe', says: /twice/ },
    ],
    [
      'a folder in the place of a link',
      [
        { name: `${TOP}/d`, type: '2', linkname: '..' },
        { name: `${TOP}/d/`, type: '5' },
      ],
      { code: 'source-unsafe' },
    ],
    ['a block device', [{ name: `${TOP}/sda`, type: '4' }], { code: 'source-unsafe', says: /block-device/ }],
    [
      'a sparse file of GNU tar',
      [{ name: `${TOP}/s`, type: 'S', size: '00000000001\0', content: 'x', magic: 'ustar  \0' }],
      { code: 'source-unsafe', says: /special file/ },
    ],
    ['a multi-volume continuation', [{ name: `${TOP}/m`, type: 'M' }], { code: 'source-unsafe', says: /special file/ }],
    [
      'a name that is not UTF-8',
      [{ name: Buffer.concat([Buffer.from(`${TOP}/caf`), Buffer.from([0xe9])]), content: '' }],
      { code: 'source-unsafe', says: /UTF-8/ },
    ],
    ['a NUL in a PAX name', pax({ path: `${TOP}/a\0b` }, file), { code: 'source-unsafe', says: /NUL/ }],
    ['a size of 8 EB in base 256', [{ ...file, size: base256(8n * 1024n ** 6n) }], { code: 'source-too-large' }],
    ['a size of 8 GB in octal', [{ ...file, size: '77777777777\0' }], { code: 'source-too-large', says: /index\.js/ }],
    ['a negative size', [{ ...file, size: Buffer.alloc(12, 0xff) }], { code: 'source-damaged' }],
    ['a size that is no number', [{ ...file, size: 'zzzzzzzzzzz\0' }], { code: 'source-damaged' }],
    ['a PAX size over its own', pax({ size: String(2 ** 52) }, file), { code: 'source-too-large' }],
    ['a negative PAX size', pax({ size: '-1' }, file), { code: 'source-damaged' }],
    [
      'a PAX header of 5 MB',
      [{ name: 'pax', type: 'x', content: Buffer.alloc(5 * MB, '1') }, file],
      { code: 'source-damaged' },
    ],
    ['a checksum that is wrong', [{ ...file, checksum: '0000000\0' }], { code: 'source-damaged' }],
    ['two top folders', [file, { name: 'other/x', content: '' }], { code: 'source-damaged' }],
    ['a file in the place of the top folder', [{ name: TOP, content: 'x' }], { code: 'source-damaged' }],
  ]
  it.each(cases)('%s', async (_, entries, expected) => {
    await fetching(archive(entries), ({ error }) => {
      expect(error).toMatchObject({ code: expected.code })
      if (expected.says) expect((error as Error).message).toMatch(expected.says)
    })
  })
})

describe('an archive is taken, and means what it says, when it holds', () => {
  it('names that differ only in case, or only in their Unicode form', async () => {
    const names = ['readme', 'README', 'caf\u00e9', 'cafe\u0301']
    await fetching(
      archive(names.map((name) => ({ name: `${TOP}/${name}`, content: name }))),
      async ({ dir, error }) => {
        expect(error).toBeUndefined()
        expect((await readdir(dir)).toSorted()).toEqual(names.toSorted())
        for (const name of names) expect(await readFile(join(dir, name), 'utf8')).toBe(name)
      },
    )
  })

  it('set-uid, set-gid and sticky bits: they are left out', async () => {
    const entries = [
      { name: `${TOP}/suid`, mode: '0007777\0', content: '#!/bin/sh' },
      { name: `${TOP}/d/`, type: '5', mode: '0007777\0' },
    ]
    await fetching(archive(entries), async ({ dir }) => {
      expect((await lstat(join(dir, 'suid'))).mode & 0o7777).toBe(0o755)
      expect((await lstat(join(dir, 'd'))).mode & 0o7777).toBe(0o755)
    })
  })

  it('PAX sparse files: no more is written than came', async () => {
    const sparse = {
      'GNU.sparse.major': '1',
      'GNU.sparse.minor': '0',
      'GNU.sparse.name': '../../x',
      'GNU.sparse.realsize': String(2 ** 50),
    }
    await fetching(
      archive(pax(sparse, { name: `${TOP}/GNUSparseFile.0/s`, content: '1\n0\n1\n' })),
      async ({ source, dir }) => {
        expect(source?.bytes).toBe(6)
        expect((await lstat(join(dir, 'GNUSparseFile.0/s'))).size).toBe(6)
      },
    )
  })

  it('a folder that claims to have content, and an end without empty blocks', async () => {
    const bytes = Buffer.concat([
      rawEntry({ name: `${TOP}/d/`, type: '5' }),
      rawEntry({ name: `${TOP}/d/x`, content: 'x' }),
    ])
    await fetching(sends(gzipSync(bytes)), async ({ dir, error }) => {
      expect(error).toBeUndefined()
      expect(await readFile(join(dir, 'd/x'), 'utf8')).toBe('x')
    })
  })

  it('entries after its end: they are checked like the others', async () => {
    const later = Buffer.concat([
      rawTar([{ name: `${TOP}/a`, content: '1' }]),
      rawTar([{ name: `${TOP}/../b`, content: '2' }]),
    ])
    await fetching(sends(gzipSync(later)), ({ error }) => expect(error).toMatchObject({ code: 'source-unsafe' }))
  })

  it('links in a circle: they stay links, and nobody follows them', async () => {
    const loop = [
      { name: `${TOP}/a`, type: '2', linkname: 'b' },
      { name: `${TOP}/b`, type: '2', linkname: 'a' },
      { name: `${TOP}/d/up`, type: '2', linkname: '..' },
    ]
    await fetching(archive(loop), async ({ dir, error }) => {
      expect(error).toBeUndefined()
      expect((await lstat(join(dir, 'a'))).isSymbolicLink()).toBe(true)
    })
  })
})

describe('gzip', () => {
  const body = gzipSync(rawTar([{ name: `${TOP}/a`, content: 'abc'.repeat(1000) }]))
  it.each([
    ['cut off in its header', body.subarray(0, 5)],
    ['cut off in its middle', body.subarray(0, body.length / 2)],
    ['with a wrong checksum at its end', Buffer.concat([body.subarray(0, -8), Buffer.alloc(4), body.subarray(-4)])],
    [
      'with a second member that is damaged',
      Buffer.concat([body, Buffer.from([0x1f, 0x8b, 8, 0, 1, 2, 3, 4, 5, 6, 7])]),
    ],
    ['with garbage after its end', Buffer.concat([body, Buffer.from('garbage')])],
    ['within gzip', gzipSync(body)],
  ])('%s is worth another try', async (_, bytes) => {
    await fetching(sends(bytes), ({ error }) => expect(error).toMatchObject({ code: 'source-damaged', retry: true }))
  })
})

function pax(records: Readonly<Record<string, string>>, entry: RawHeader): RawHeader[] {
  return [{ name: 'PaxHeader', type: 'x', content: paxRecords(records) }, entry]
}
