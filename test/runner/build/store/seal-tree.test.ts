import { chmod, link, lstat, mkdir, mkdtemp, readdir, rm, symlink, writeFile } from 'node:fs/promises'
import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { removeTree } from '../../../../runner/build/store/remove-tree.ts'
import { sealTree } from '../../../../runner/build/store/seal-tree.ts'

let root: string
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'micropush-seal-'))
})
afterEach(() => rm(root, { recursive: true, force: true }))

const place = { mountPoint: '/app/node_modules', linksWithin: '/app' }

it('makes everything readable, and nothing set-uid', async () => {
  await mkdir(join(root, 'a'), { mode: 0o700 })
  await writeFile(join(root, 'a/private'), 'x', { mode: 0o600 })
  await writeFile(join(root, 'a/run'), 'x')
  await chmod(join(root, 'a/run'), 0o6711)
  await sealTree({ root, ...place, purpose: 'seal' })
  const modes = await Promise.all(
    ['.', 'a', 'a/private', 'a/run'].map(async (name) => (await lstat(join(root, name))).mode & 0o7777),
  )
  expect(modes).toEqual([0o755, 0o755, 0o644, 0o755])
})

it('removes links that lead out, and what is no file, and keeps links between packages of a workspace', async () => {
  await symlink('/etc/passwd', join(root, 'absolute'))
  await symlink('../../outside', join(root, 'upwards'))
  await symlink('../packages/a', join(root, 'workspace'))
  await symlink('/app/index.js', join(root, 'inside'))
  await promisify(execFile)('mkfifo', [join(root, 'pipe')])
  const { removed } = await sealTree({ root, ...place, purpose: 'seal' })
  expect(removed.toSorted()).toEqual(['absolute', 'pipe', 'upwards'])
  expect((await readdir(root)).toSorted()).toEqual(['inside', 'workspace'])
})

it('counts hard links once, names packages by size, and changes nothing when it only measures', async () => {
  await mkdir(join(root, '@scope/big'), { recursive: true })
  await mkdir(join(root, '.pnpm/small@1.0.0/node_modules/small'), { recursive: true })
  await writeFile(join(root, '@scope/big/file'), Buffer.alloc(1000), { mode: 0o600 })
  await link(join(root, '@scope/big/file'), join(root, '@scope/big/same'))
  await writeFile(join(root, '.pnpm/small@1.0.0/node_modules/small/file'), Buffer.alloc(10))
  const { bytes, packages } = await sealTree({ root, ...place, purpose: 'measure' })
  expect(bytes).toBe(1010)
  expect(packages).toEqual([
    { name: '@scope/big', bytes: 1000 },
    { name: 'small@1.0.0', bytes: 10 },
  ])
  expect((await lstat(join(root, '@scope/big/file'))).mode & 0o777).toBe(0o600)
})

it('hashes content, modes and links, and nothing else', async () => {
  const hashes = new Set<string | undefined>()
  const hash = async () => hashes.add((await sealTree({ root, ...place, purpose: 'hash' })).hash)
  await writeFile(join(root, 'a'), 'a')
  await hash()
  await rm(join(root, 'a'))
  await writeFile(join(root, 'a'), 'a', { mode: 0o600 })
  await hash()
  expect(hashes.size).toBe(1)
  await writeFile(join(root, 'a'), 'b')
  await hash()
  await symlink('a', join(root, 'b'))
  await hash()
  expect(hashes.size).toBe(3)
})

it('refuses a path too long to be used, and the folder can still be removed', async () => {
  const deep = 'd'.repeat(200)
  // Made step by step from inside, as a builder would: no single path is too long then.
  await promisify(execFile)('sh', [
    '-c',
    `cd "$0"; i=0; while [ $i -lt 30 ]; do mkdir ${deep}; cd ${deep}; i=$((i+1)); done`,
    root,
  ])
  await expect(sealTree({ root, ...place, purpose: 'seal' })).rejects.toMatchObject({ code: 'install-failed' })
  await removeTree(root)
  await expect(lstat(root)).rejects.toThrow(/ENOENT/)
})

it('fails when there is nothing', async () => {
  await expect(sealTree({ root: join(root, 'none'), ...place, purpose: 'measure' })).rejects.toThrow(/ENOENT/)
})

it.each(['seal', 'hash', 'measure'] as const)(
  'refuses a link in the place of the folder and touches nothing behind it (%s)',
  async (purpose) => {
    const victim = join(root, 'victim')
    await mkdir(victim, { mode: 0o700 })
    await writeFile(join(victim, 'private'), 'x', { mode: 0o600 })
    await symlink('/elsewhere', join(victim, 'link'))
    await symlink(victim, join(root, 'node_modules'))
    const sealed = sealTree({ root: join(root, 'node_modules'), ...place, purpose })
    await expect(sealed).rejects.toMatchObject({
      code: 'install-failed',
      message: expect.stringMatching(/not a folder/),
    })
    expect((await readdir(victim)).toSorted()).toEqual(['link', 'private'])
    expect((await lstat(join(victim, 'private'))).mode & 0o777).toBe(0o600)
    expect((await lstat(victim)).mode & 0o777).toBe(0o700)
  },
)

it('measures on while folders turn into links to themselves under it', async () => {
  const swap = `const fs = require('fs'); process.chdir(process.argv[1]); process.stdout.write('begun')
    const names = Array.from({ length: 60 }, (_, i) => 'd' + i)
    for (;;) {
      for (const name of names) fs.mkdirSync(name)
      for (const name of names) { fs.rmdirSync(name); fs.symlinkSync(name, name) }
      for (const name of names) fs.unlinkSync(name)
    }`
  const child = spawn(process.execPath, ['-e', swap, root], { stdio: ['ignore', 'pipe', 'inherit'] })
  try {
    await once(child.stdout, 'data')
    // Without care some 2 % of these walks meet a loop.
    for (let walk = 0; walk < 1500; walk += 1) {
      expect((await sealTree({ root, ...place, purpose: 'measure' })).bytes).toBe(0)
    }
  } finally {
    child.kill('SIGKILL')
    await once(child, 'close')
  }
})
