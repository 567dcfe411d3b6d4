import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { removeTree } from '../../../../runner/build/store/remove-tree.ts'

let dir: string
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'micropush-remove-'))
})
afterEach(() => rm(dir, { recursive: true, force: true }))

it('removes what is there, and does not mind what is not', async () => {
  await mkdir(join(dir, 'w/a/b'), { recursive: true })
  await writeFile(Buffer.concat([Buffer.from(join(dir, 'w/')), Buffer.from([0xff])]), 'x')
  await removeTree(join(dir, 'w'))
  await removeTree(join(dir, 'w'))
  expect(await readdir(dir)).toEqual([])
})

it('removes nothing behind a link that takes a folder’s place meanwhile', async () => {
  await mkdir(join(dir, 'victim'))
  for (let at = 0; at < 50; at += 1) await writeFile(join(dir, 'victim', String(at)), 'x')
  const swap = `const fs = require('fs'); process.chdir(process.argv[1]); process.stdout.write('begun')
    const names = Array.from({ length: 40 }, (_, i) => 'w/d' + i)
    const attempt = (work) => { try { work() } catch {} }
    for (;;) {
      attempt(() => fs.mkdirSync('w'))
      for (const name of names) attempt(() => { fs.mkdirSync(name); fs.writeFileSync(name + '/f', '') })
      for (const name of names) attempt(() => { fs.renameSync(name, name + 'x'); fs.symlinkSync('../victim', name) })
      for (const name of names) for (const gone of [name, name + 'x']) attempt(() => fs.rmSync(gone, { recursive: true }))
    }`
  const child = spawn(process.execPath, ['-e', swap, dir], { stdio: ['ignore', 'pipe', 'inherit'] })
  try {
    await once(child.stdout, 'data')
    // Going by paths, some of these rounds empty the folder behind the link.
    for (let round = 0; round < 300; round += 1) {
      await removeTree(join(dir, 'w')).catch(() => {
        // It may lose the race for a folder that is filled again; it must not win another.
      })
    }
    expect(await readdir(join(dir, 'victim'))).toHaveLength(50)
  } finally {
    child.kill('SIGKILL')
    await once(child, 'close')
  }
})
