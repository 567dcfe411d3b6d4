import { readdir, rm, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { sweepCurrentLayers } from '../../../runner/build/store/current-layer.ts'
import { openStage } from './stage.ts'

const stage = await openStage()
afterAll(() => stage[Symbol.asyncDispose]())

const json = (value: unknown) => JSON.stringify(value)
const plain = {
  'index.js': 'module.exports = require("ms")',
  'package.json': json({ name: 'a', version: '1.0.0', dependencies: { ms: '2.1.3' } }),
}
const config = { runtime: 'nodejs24' }

describe('a micro that is built again from nothing', () => {
  it('has its dependencies installed anew, beside those that are in use, and they count from then on', async () => {
    const before = await stage.build(plain, { config })
    // What is live stays as it is, whatever a new install brings.
    const marked = join(stage.dependencies(before), 'ms/in-use.txt')
    await writeFile(marked, 'x')
    const fresh = await stage.build(plain, { config, fresh: true })
    expect(fresh.error, fresh.output).toBeUndefined()
    expect(fresh.details).toEqual(['Installing dependencies'])
    expect(fresh.result?.cached).toBe(false)
    expect(fresh.result?.artifacts.app).toBe(before.result?.artifacts.app)
    expect(fresh.result?.artifacts.dependencies).not.toBe(before.result?.artifacts.dependencies)
    expect(await readdir(join(stage.dependencies(fresh), 'ms'))).not.toContain('in-use.txt')
    expect((await stat(marked)).isFile()).toBe(true)
    const after = await stage.build(plain, { config })
    expect(after.result).toMatchObject({ cached: true, artifacts: fresh.result?.artifacts })
  })

  it('never gets the older ones back, and leaves no note of what is gone', async () => {
    const current = await stage.build(plain, { config })
    await rm(stage.dependencies(current), { recursive: true })
    await sweepCurrentLayers(stage.dataDir)
    const again = await stage.build(plain, { config })
    expect(again.result).toMatchObject({ cached: false, artifacts: current.result?.artifacts })
    await rm(join(stage.dataDir, 'artifacts/dependencies'), { recursive: true })
    await sweepCurrentLayers(stage.dataDir)
    expect(await readdir(join(stage.dataDir, 'artifacts/current-layers'))).toEqual([])
  })

  it('has its build run anew, and what that makes takes the place of what was kept', async () => {
    const files = { 'index.js': '', 'micro.txt': 'x' }
    const build = 'head -c 8 /dev/urandom | od -An -tx1 > made.txt'
    const made = async (fresh: boolean) => {
      const built = await stage.build(files, { config: { ...config, build }, fresh })
      expect(built.error, built.output).toBeUndefined()
      return { text: await stage.read(stage.app(built), 'made.txt'), app: stage.app(built) }
    }
    const first = await made(false)
    expect(await made(false)).toEqual(first)
    const second = await made(true)
    expect(second.text).not.toBe(first.text)
    expect(await stage.read(first.app, 'made.txt')).toBe(first.text)
    expect(await made(false)).toEqual(second)
  })
})
