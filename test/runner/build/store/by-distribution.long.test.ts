import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest'
import { byDistribution } from '../../../../runner/build/store/by-distribution.ts'

let root = ''
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'micropush-distributions-'))
})
beforeEach(async () => {
  await rm(root, { recursive: true, force: true })
  await mkdir(root)
})
afterAll(() => rm(root, { recursive: true, force: true }))

async function record(name: string, text: string): Promise<void> {
  await mkdir(join(root, `${name}.dist-info`))
  await writeFile(join(root, `${name}.dist-info`, 'RECORD'), text)
}

const sized = (sizes: Readonly<Record<string, number>>) =>
  Object.entries(sizes).map(([name, bytes]) => ({ name, bytes }))

it('keeps nothing of lists that name millions of files which are not there', async () => {
  const lines = (from: number) => Array.from({ length: 500_000 }, (_, at) => `${(from + at).toString(36)}\n`).join('')
  for (let at = 0; at < 40; at += 1) await record(`p${at}-1`, lines(at * 500_000))
  expect(await byDistribution(root, sized({ 'x-y': 1 }))).toEqual([{ name: 'x-y', bytes: 1 }])
})
