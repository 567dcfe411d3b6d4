import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { imageExists } from '../../../../runner/docker/images.ts'
import { prepareRuntime } from '../../../../runner/images/prepare.ts'
import { runtimeReferences } from '../../../../runner/images/recipe.ts'
import { defaultRuntime, type Runtime } from '../../../../runtimes/catalogue.ts'
import { imagesOf } from '../images.ts'
import { docker } from '../sandbox.ts'

const node = defaultRuntime('node')

test('a runtime that this machine cannot provide fails in words that name those it can', async () => {
  await imagesOf('nodejs24')
  const dataDir = await mkdtemp(join(tmpdir(), 'micropush-unavailable-'))
  const packages = { npm: '8', pnpm: '6', yarn: '1', yarnBerry: '3', node: '9999' }
  const runtime: Runtime = { ...node, id: 'nodejs9999', version: '9999', packages }
  try {
    const signal = AbortSignal.timeout(100_000)
    await expect(prepareRuntime({ docker, dataDir }, runtime, { signal, onProgress: () => {} })).rejects.toMatchObject({
      code: 'runtime-unavailable',
      message: expect.stringMatching(
        /^This machine cannot provide nodejs9999: .*npm.* It can provide .*\bnodejs24\b.*\.$/s,
      ),
    })
    const made = Object.values(runtimeReferences(runtime, ''))
    expect(await Promise.all(made.map((reference) => imageExists(docker, reference)))).toEqual([false, false, false])
  } finally {
    await rm(dataDir, { recursive: true })
  }
})
