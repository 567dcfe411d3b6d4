import { mkdir, readdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { sweepBuilds } from '../../../runner/build/sweep-builds.ts'
import { openStage } from './stage.ts'

it('takes away what the builds of a runner that died have left, and nothing else', async () => {
  await using stage = await openStage()
  const json = JSON.stringify({ dependencies: { ms: '2.1.3' } })
  const built = await stage.build({ 'index.js': '1', 'package.json': json }, { config: { runtime: 'nodejs24' } })
  expect(built.error, built.output).toBeUndefined()
  const images = await stage.docker.listImages({ filters: { reference: ['micropush/nodejs24'] } })
  const leave = (kind: string) =>
    stage.docker.createContainer({
      Image: images[0]?.Id ?? '',
      Labels: { 'micropush.instance': stage.instance, 'micropush.kind': kind, 'micropush.deployment': 'd9' },
    })
  const left = await Promise.all(['builder', 'warm-up'].map(leave))
  for (const name of ['builds', 'warm-ups']) {
    await mkdir(join(stage.dataDir, name, 'd9'), { recursive: true })
    await writeFile(join(stage.dataDir, name, 'd9/file'), 'x')
  }

  await sweepBuilds(stage)
  for (const one of left) await expect(one.inspect()).rejects.toMatchObject({ statusCode: 404 })
  for (const name of ['builds', 'warm-ups']) expect(await readdir(join(stage.dataDir, name))).toEqual([])
  expect(await readdir(stage.dependencies(built))).toContain('ms')
})
