import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { readInstance } from '../../../runner/ground/instance.ts'

let dir: string
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'mp-instance-'))
})
afterEach(() => rm(dir, { recursive: true, force: true }))

it('a data folder gets its value once, whoever asks at the same moment', async () => {
  const data = join(dir, 'data')
  const values = await Promise.all([1, 2, 3, 4].map(() => readInstance(data)))
  expect(new Set(values).size).toBe(1)
  expect(values[0]).toMatch(/^[0-9a-f]{12}$/)
  expect(await readInstance(data)).toBe(values[0])
  expect(await readdir(data)).toEqual(['instance'])
})

it('two data folders have two values', async () => {
  expect(await readInstance(join(dir, 'a'))).not.toBe(await readInstance(join(dir, 'b')))
})

it('a damaged file is refused: an empty value would name other people’s containers', async () => {
  await writeFile(join(dir, 'instance'), '')
  await expect(readInstance(dir)).rejects.toThrow(/instance is damaged/)
})
