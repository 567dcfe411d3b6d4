import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { downloadRelease } from '../../../setup/gvisor/release.ts'

const binary = Buffer.from('#!/bin/sh\necho runsc version release-test\n')
const sum = createHash('sha512').update(binary).digest('hex')
const arch = process.arch === 'arm64' ? 'aarch64' : 'x86_64'

let dir: string
let path: string
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'mp-release-'))
  path = join(dir, 'bin/runsc')
})
afterEach(() => rm(dir, { recursive: true, force: true }))

/** A release server on loopback that has these files, and cuts off what is longer than `cutAt`. */
async function releases(files: Readonly<Record<string, Buffer | string>>, cutAt = Infinity) {
  const server = createServer((req, res) => {
    const content = files[req.url ?? '']
    if (content === undefined) return res.writeHead(404).end()
    const bytes = Buffer.from(content)
    res.writeHead(200, { 'content-length': bytes.length })
    if (bytes.length <= cutAt) return res.end(bytes)
    return res.write(bytes.subarray(0, cutAt), () => res.destroy())
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  return { from: `http://127.0.0.1:${port}`, [Symbol.asyncDispose]: async () => void server.close() }
}

describe("gVisor's own release", () => {
  test('is installed, fit to be run, when its checksum is right', async () => {
    await using server = await releases({ [`/${arch}/runsc`]: binary, [`/${arch}/runsc.sha512`]: `${sum}  runsc\n` })
    expect(await downloadRelease(path, server.from)).toEqual({ kind: 'installed' })
    expect(await readFile(path)).toEqual(binary)
    expect((await stat(path)).mode & 0o777).toBe(0o755)
    expect(await readdir(join(dir, 'bin'))).toEqual(['runsc'])
  })

  test.each([
    ['another checksum', { runsc: binary, 'runsc.sha512': `${'0'.repeat(128)}  runsc\n` }, /another checksum/],
    ['a checksum that is none', { runsc: binary, 'runsc.sha512': '<html>' }, /holds no checksum/],
    ['no checksum', { runsc: binary }, /answered 404/],
    ['no binary', { 'runsc.sha512': `${sum}  runsc\n` }, /answered 404/],
  ])('with %s is not taken, and what was there stays', async (_, files, words) => {
    const served = Object.fromEntries(Object.entries(files).map(([name, content]) => [`/${arch}/${name}`, content]))
    await using server = await releases(served)
    path = join(dir, 'runsc')
    await writeFile(path, 'former')
    expect(await downloadRelease(path, server.from)).toEqual({
      kind: 'absent',
      why: expect.stringMatching(words) as string,
    })
    expect(await readFile(path, 'utf8')).toBe('former')
    expect(await readdir(dir)).toEqual(['runsc'])
  })

  test('that is cut off half-way is not taken', async () => {
    const large = Buffer.alloc(1024 * 1024, 1)
    const files = {
      [`/${arch}/runsc`]: large,
      [`/${arch}/runsc.sha512`]: createHash('sha512').update(large).digest('hex'),
    }
    await using server = await releases(files, 500_000)
    const result = await downloadRelease(path, server.from)
    expect(result).toEqual({ kind: 'absent', why: expect.stringMatching(/cut off/) as string })
    expect(await readdir(join(dir, 'bin'))).toEqual([])
  })

  test('that cannot be reached is said so, with the name of the host', async () => {
    const server = await releases({})
    await server[Symbol.asyncDispose]()
    const result = await downloadRelease(path, server.from)
    expect(result).toEqual({
      kind: 'absent',
      why: expect.stringMatching(/^127\.0\.0\.1:\d+ cannot be reached/) as string,
    })
  })
})
