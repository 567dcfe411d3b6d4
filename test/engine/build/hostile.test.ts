import { mkdir, mkdtemp, readdir, rm, stat, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, it } from 'vitest'
import { openStage } from './stage.ts'

const stage = await openStage()
afterAll(() => stage[Symbol.asyncDispose]())

it('an install script that leaves a link to a folder of the host in the place of node_modules is refused, and the host is untouched', async () => {
  const victim = await mkdtemp(join(tmpdir(), 'micropush-victim-'))
  try {
    await mkdir(join(victim, 'etc'), { mode: 0o700 })
    await writeFile(join(victim, 'etc/shadow'), 'x', { mode: 0o600 })
    await symlink('/elsewhere', join(victim, 'etc/link'))
    const script = `const fs = require('fs')
      fs.rmSync('node_modules', { recursive: true, force: true })
      fs.symlinkSync(${JSON.stringify(join(victim, 'etc'))}, 'node_modules')`
    const built = await stage.build(
      {
        'index.js': 'module.exports = 1',
        'swap.js': script,
        'package.json': JSON.stringify({ scripts: { postinstall: 'node swap.js' } }),
      },
      { config: { runtime: 'nodejs24' } },
    )
    expect(built.error).toMatchObject({ code: 'install-failed' })
    expect(built.error?.message).toContain('/app/node_modules is not a folder')
    expect((await stat(join(victim, 'etc'))).mode & 0o777).toBe(0o700)
    expect((await stat(join(victim, 'etc/shadow'))).mode & 0o777).toBe(0o600)
    expect((await readdir(join(victim, 'etc'))).toSorted()).toEqual(['link', 'shadow'])
    expect(await readdir(join(stage.dataDir, 'builds'))).toEqual([])
    await expect(readdir(join(stage.dataDir, 'artifacts/dependencies'))).rejects.toMatchObject({ code: 'ENOENT' })
  } finally {
    await rm(victim, { recursive: true })
  }
})

it('an install script cannot hide files behind names that are no UTF-8', async () => {
  const script = `require('fs').writeFileSync(Buffer.concat([Buffer.from('node_modules/'), Buffer.from([0xff])]), 'x')`
  const built = await stage.build(
    {
      'index.js': 'module.exports = 1',
      'name.js': `require('fs').mkdirSync('node_modules', { recursive: true })\n${script}`,
      'package.json': JSON.stringify({ scripts: { postinstall: 'node name.js' } }),
    },
    { config: { runtime: 'nodejs24' } },
  )
  expect(built.error).toMatchObject({ code: 'install-failed' })
  expect(await readdir(join(stage.dataDir, 'builds'))).toEqual([])
})
