import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { assertOwnDeta, ownWheels } from '../../../../runner/build/pip/own-wheels.ts'

let dir = ''
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'micropush-wheels-'))
})
afterEach(() => rm(dir, { recursive: true }))

it('a constraint that was cut short is mended before it is used', async () => {
  const { from } = await ownWheels(dir)
  const names = await readdir(from)
  await writeFile(join(from, '1.2.0.txt'), '')
  await ownWheels(dir)
  expect(await readFile(join(from, '1.2.0.txt'), 'utf8')).toBe('deta==1.2.0+micropush\n')
  expect(await readdir(from)).toEqual(names)
})

describe('what was installed', () => {
  async function installed(info: string, files: readonly string[]): Promise<void> {
    await mkdir(join(dir, info))
    for (const file of files) await writeFile(join(dir, info, file), '')
  }

  it('is taken when it is ours', async () => {
    await installed('deta-1.1.0+micropush.dist-info', ['METADATA', 'micropush'])
    await installed('deta_tools-9.dist-info', ['METADATA'])
    await expect(assertOwnDeta(dir)).resolves.toBeUndefined()
  })

  it.each([
    ['deta-9.0.dist-info', ['METADATA']],
    ['deta-9.0.dist-info', ['METADATA', 'micropush']],
    ['Deta-1.2.0.egg-info', ['PKG-INFO', 'micropush']],
    ['deta-1.2.0+micropush.dist-info', ['METADATA']],
  ])('is refused when %s with %j came from strangers', async (info, files) => {
    await installed(info, files)
    await expect(assertOwnDeta(dir)).rejects.toThrow('never installed')
  })
})
