import { lstat, readdir, readFile, readlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import { fetchSource, type FetchInput, type Source } from '../../../runner/source/fetch-source.ts'
import { botAnswering, tarball, type TestEntry } from './bot.ts'

const TOP = 'ada-hello-0a1b2c3'
const MB = 1024 * 1024

interface Outcome {
  readonly source?: Source
  readonly error?: unknown
  readonly left: readonly string[]
  readonly dir: string
}

/** Fetches what a bot sends, and hands the outcome to `check` while the files are still there. */
async function fetching(
  body: Buffer,
  options: Partial<FetchInput>,
  check: (outcome: Outcome) => Promise<void> | void,
): Promise<void> {
  await using bot = await botAnswering((_, response) => response.end(body))
  const intoDir = join(bot.dir, 'source')
  const input = { botSocket: bot.botSocket, deploymentId: 'd1', folder: '.', intoDir, maxBytes: MB, maxEntries: 100 }
  const outcome = await fetchSource({ ...input, ...options }, new AbortController().signal).then(
    (source) => ({ source }),
    (error: unknown) => ({ error }),
  )
  const left = (await readdir(bot.dir)).filter((name) => name !== 'bot.sock')
  await check({ ...outcome, left, dir: intoDir })
}

async function refuses(entries: readonly TestEntry[], expected: { code: string; says?: RegExp }): Promise<void> {
  await fetching(await tarball(entries), {}, ({ error, left }) => {
    expect(error).toMatchObject({ code: expected.code })
    if (expected.says) expect((error as Error).message).toMatch(expected.says)
    expect(left).toEqual([])
  })
}

describe('what a commit holds', () => {
  it('lands on disk without its top folder, with plain modes and its links', async () => {
    const body = await tarball([
      { name: `${TOP}/`, type: 'directory' },
      { name: `${TOP}/index.js`, content: 'module.exports = 1', mode: 0o664 },
      { name: `${TOP}/bin/run`, content: '#!/bin/sh', mode: 0o4777 },
      { name: `${TOP}/bin/again`, type: 'symlink', linkname: 'run' },
    ])
    await fetching(body, {}, async ({ source, dir }) => {
      expect(source).toMatchObject({ dir, bytes: 27, entries: 4 })
      expect(await readFile(join(dir, 'index.js'), 'utf8')).toBe('module.exports = 1')
      expect((await lstat(join(dir, 'index.js'))).mode & 0o7777).toBe(0o644)
      expect((await lstat(join(dir, 'bin/run'))).mode & 0o7777).toBe(0o755)
      expect(await readlink(join(dir, 'bin/again'))).toBe('run')
    })
  })

  it('has the same hash in another order and at another time, and another one for another mode or content', async () => {
    const file = { name: `${TOP}/a`, content: 'a', mtime: new Date(0) }
    const other = { name: `${TOP}/b`, content: 'b' }
    const hashes: (string | undefined)[] = []
    for (const entries of [
      [file, other],
      [other, { ...file, mtime: new Date() }],
      [{ ...file, mode: 0o755 }, other],
      [{ ...file, content: 'A' }, other],
    ]) {
      await fetching(await tarball(entries), {}, ({ source }) => void hashes.push(source?.hash))
    }
    expect(hashes[0]).toMatch(/^[0-9a-f]{64}$/)
    expect(hashes[1]).toBe(hashes[0])
    expect(new Set(hashes).size).toBe(3)
  })

  it('is only what lies below the folder of the micro', async () => {
    const body = await tarball([
      { name: `${TOP}/README.md`, content: 'no' },
      { name: `${TOP}/services/api/main.py`, content: 'app = 1' },
      { name: `${TOP}/services/api-old/main.py`, content: 'no' },
    ])
    await fetching(body, { folder: 'services/api' }, async ({ source, dir }) => {
      expect(source).toMatchObject({ entries: 1, bytes: 7 })
      expect(await readdir(dir)).toEqual(['main.py'])
    })
  })

  it('does not count what other folders of the repository hold', async () => {
    const body = await tarball([
      { name: `${TOP}/data/big`, content: Buffer.alloc(2 * MB) },
      { name: `${TOP}/api/index.js`, content: '1' },
    ])
    await fetching(body, { folder: 'api' }, ({ source }) => expect(source?.bytes).toBe(1))
  })

  it('must have the folder that the config names', async () => {
    const body = await tarball([{ name: `${TOP}/index.js`, content: '1' }])
    await fetching(body, { folder: 'services/api' }, ({ error, left }) => {
      expect(error).toMatchObject({ code: 'entry-missing' })
      expect((error as Error).message).toContain('services/api')
      expect(left).toEqual([])
    })
  })

  it('may have a large file, written whole', async () => {
    const content = Buffer.alloc(MB - 7, 'x')
    await fetching(await tarball([{ name: `${TOP}/big`, content }]), {}, async ({ dir }) => {
      expect((await readFile(join(dir, 'big'))).equals(content)).toBe(true)
    })
  })
})

describe('limits', () => {
  it('end the stream at too many bytes and name the largest files', async () => {
    await refuses(
      [
        { name: `${TOP}/small`, content: Buffer.alloc(1000) },
        { name: `${TOP}/data/large.bin`, content: Buffer.alloc(MB) },
      ],
      { code: 'source-too-large', says: /1 MB.*data\/large\.bin \(1 MB\)/ },
    )
  })

  it('end the stream at too many entries', async () => {
    const entries = Array.from({ length: 101 }, (_, at) => ({ name: `${TOP}/f${at}`, content: '' }))
    await refuses(entries, { code: 'source-too-many-entries', says: /100/ })
  })

  it('stop a small archive that unpacks to very much', async () => {
    const bomb = gzipSync(Buffer.alloc(64 * MB))
    expect(bomb.length).toBeLessThan(100_000)
    await fetching(bomb, {}, ({ error, left }) => {
      expect(error).toMatchObject({ code: 'source-too-large' })
      expect(left).toEqual([])
    })
  })
})

describe('an archive that would lead elsewhere is refused:', () => {
  const cases: readonly [string, TestEntry[], RegExp][] = [
    ['a path with ..', [{ name: `${TOP}/../evil`, content: '' }], /evil.*`\.\.`/],
    ['an absolute path', [{ name: '/etc/cron.d/evil', content: '' }], /absolute/],
    ['a backslash', [{ name: `${TOP}/a\\..\\b`, content: '' }], /backslash/],
    ['a path too long', [{ name: `${TOP}/${'d/'.repeat(600)}f`, content: '' }], /1024 bytes/],
    ['a path too deep', [{ name: `${TOP}/${'d/'.repeat(120)}f`, content: '' }], /100 folders/],
    [
      'a link to an absolute path',
      [{ name: `${TOP}/pw`, type: 'symlink', linkname: '/etc/passwd' }],
      /pw.*etc\/passwd/,
    ],
    ['a link upwards', [{ name: `${TOP}/a/up`, type: 'symlink', linkname: '../../x' }], /a\/up/],
    [
      'a link that leads out through another link',
      [
        { name: `${TOP}/a/b/c`, content: '' },
        { name: `${TOP}/d`, type: 'symlink', linkname: 'a/b' },
        { name: `${TOP}/e`, type: 'symlink', linkname: 'd/../../..' },
      ],
      /^e /,
    ],
    ['a hard link out', [{ name: `${TOP}/h`, type: 'link', linkname: 'other/file' }], /^h /],
    ['a device', [{ name: `${TOP}/null`, type: 'character-device', devmajor: 1, devminor: 3 }], /character-device/],
    ['a fifo', [{ name: `${TOP}/pipe`, type: 'fifo' }], /fifo/],
    [
      'a file twice',
      [
        { name: `${TOP}/a`, content: '1' },
        { name: `${TOP}/a`, content: '2' },
      ],
      /twice/,
    ],
    [
      'a file replaced by a link',
      [
        { name: `${TOP}/a`, content: '1' },
        { name: `${TOP}/a`, type: 'symlink', linkname: 'b' },
      ],
      /twice/,
    ],
    [
      'a file below a link',
      [
        { name: `${TOP}/d/x`, content: '' },
        { name: `${TOP}/l`, type: 'symlink', linkname: 'd' },
        { name: `${TOP}/l/y`, content: '' },
      ],
      /not a folder/,
    ],
  ]
  it.each(cases)('%s', async (_, entries, says) => {
    await refuses(entries, { code: 'source-unsafe', says })
  })
})

describe('links that cost more to follow than they are worth', () => {
  it('are refused when a target is longer than any path', async () => {
    await refuses([{ name: `${TOP}/l`, type: 'symlink', linkname: 'a/'.repeat(50_000) }], {
      code: 'source-unsafe',
      says: /l is a link to more than 4095 bytes/,
    })
  })

  it('are refused when all together lead through too many', async () => {
    const chain = Array.from({ length: 40 }, (_, at) => ({
      name: `${TOP}/c${at}`,
      type: 'symlink' as const,
      linkname: `${'./'.repeat(1900)}c${at + 1}`,
    }))
    const links = Array.from({ length: 50 }, (_, at) => ({
      name: `${TOP}/l${at}`,
      type: 'symlink' as const,
      linkname: 'c1',
    }))
    await refuses([...links, ...chain], { code: 'source-unsafe', says: /one of too many links/ })
  })
})

describe('links that stay inside', () => {
  it('are kept, also to nothing, in a circle, and hard ones', async () => {
    const body = await tarball([
      { name: `${TOP}/a`, content: 'one' },
      { name: `${TOP}/lib/a`, type: 'symlink', linkname: '../a' },
      { name: `${TOP}/none`, type: 'symlink', linkname: 'missing' },
      { name: `${TOP}/self`, type: 'symlink', linkname: 'self' },
      { name: `${TOP}/hard`, type: 'link', linkname: `${TOP}/a` },
    ])
    await fetching(body, {}, async ({ dir, error }) => {
      expect(error).toBeUndefined()
      expect(await readFile(join(dir, 'lib/a'), 'utf8')).toBe('one')
      expect(await readFile(join(dir, 'hard'), 'utf8')).toBe('one')
    })
  })
})

describe('a damaged archive', () => {
  it.each([
    ['cut off', (body: Buffer) => body.subarray(0, body.length - 20)],
    [
      'with a wrong byte',
      (body: Buffer) => Buffer.concat([body.subarray(0, 40), Buffer.from([1, 2]), body.subarray(42)]),
    ],
    ['that is no gzip', () => Buffer.from('<html>sorry</html>')],
    ['that is no tar', () => gzipSync('hello')],
    ['without anything', () => gzipSync(Buffer.alloc(1024))],
  ])('%s is worth another try, and leaves nothing', async (_, spoil) => {
    const body = spoil(await tarball([{ name: `${TOP}/a`, content: Buffer.from('abc'.repeat(300)) }]))
    await fetching(body, {}, ({ error, left }) => {
      expect(error).toMatchObject({ code: 'source-damaged', retry: true })
      expect(left).toEqual([])
    })
  })

  it('whose connection breaks is worth another try', async () => {
    const body = await tarball([{ name: `${TOP}/a`, content: Buffer.alloc(9000, 'x') }])
    await using bot = await botAnswering((_, response) => {
      response.writeHead(200)
      response.write(body.subarray(0, 50), () => response.destroy())
    })
    const input = { ...bot, deploymentId: 'd1', folder: '.', intoDir: join(bot.dir, 's'), maxBytes: MB, maxEntries: 9 }
    await expect(fetchSource(input, new AbortController().signal)).rejects.toMatchObject({ code: 'source-damaged' })
    expect(await readdir(bot.dir)).toEqual(['bot.sock'])
  })
})

describe('a bot', () => {
  const input = { deploymentId: 'd1', folder: '.', maxBytes: MB, maxEntries: 9 }

  it('that cannot reach GitHub is asked again', async () => {
    const body = await tarball([{ name: `${TOP}/a`, content: 'a' }])
    let asked = 0
    await using bot = await botAnswering((request, response) => {
      expect(request.url).toBe('/source/d1')
      asked += 1
      if (asked < 3) response.writeHead(asked === 1 ? 502 : 503).end()
      else response.end(body)
    })
    const source = await fetchSource({ ...bot, ...input, intoDir: join(bot.dir, 's') }, new AbortController().signal)
    expect(source.bytes).toBe(1)
    expect(asked).toBe(3)
  })

  it.each([404, 410])('that answers %i is not asked again', async (status) => {
    let asked = 0
    await using bot = await botAnswering((_, response) => {
      asked += 1
      response.writeHead(status).end()
    })
    const fetched = fetchSource({ ...bot, ...input, intoDir: join(bot.dir, 's') }, new AbortController().signal)
    await expect(fetched).rejects.toMatchObject({ code: 'source-gone', retry: false })
    expect(asked).toBe(1)
  })

  it('that is not there makes the source unavailable once patience ends', async () => {
    await using bot = await botAnswering(() => {})
    const gone = { ...input, botSocket: `${bot.botSocket}.gone`, intoDir: join(bot.dir, 's'), patienceMs: 50 }
    await expect(fetchSource(gone, new AbortController().signal)).rejects.toMatchObject({ code: 'source-unavailable' })
  })

  it('is let go when the deployment is cancelled, and nothing is left', async () => {
    const body = await tarball([{ name: `${TOP}/a`, content: Buffer.alloc(9000, 'x') }])
    const abort = new AbortController()
    await using bot = await botAnswering((_, response) => {
      response.write(body.subarray(0, 50), () => abort.abort(new Error('superseded')))
    })
    const fetched = fetchSource({ ...bot, ...input, intoDir: join(bot.dir, 's') }, abort.signal)
    await expect(fetched).rejects.toThrow('superseded')
    expect(await readdir(bot.dir)).toEqual(['bot.sock'])
  })

  it('does not overwrite what is there already', async () => {
    const body = await tarball([{ name: `${TOP}/a`, content: 'a' }])
    await using bot = await botAnswering((_, response) => response.end(body))
    const intoDir = join(bot.dir, 's')
    await writeFile(intoDir, 'mine')
    await expect(fetchSource({ ...bot, ...input, intoDir }, new AbortController().signal)).rejects.toThrow(/EEXIST/)
    expect(await readFile(intoDir, 'utf8')).toBe('mine')
  })
})
