import { execFile } from 'node:child_process'
import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterEach, describe, expect, test } from 'vitest'
import { listContainers } from '../../../runner/docker/containers.ts'
import { labels } from '../../../runner/sandbox/labels.ts'
import { assertMountsShared } from '../../../runner/sandbox/mounts/assert-mounts-shared.ts'
import { mountPoints } from '../../../runner/sandbox/mounts/mounts.ts'
import { openStage, type Stage } from './stage.ts'

const run = promisify(execFile)

describe('what the runner mounts', () => {
  let stage: Stage | undefined
  afterEach(() => stage?.close())

  test('is seen by the Docker daemon here, and the look leaves nothing', async () => {
    stage = await openStage('runc')
    await assertMountsShared(stage.context)
    expect(await leftovers(stage)).toEqual({ folders: [], mounts: [], containers: [] })
  })

  test('is refused in words when it stays in a mount namespace of the runner’s own', async () => {
    stage = await openStage('runc')
    const { instance, dataDir } = stage.context
    const fixture = new URL('fixtures/look-at-mounts.ts', import.meta.url).pathname
    const inside = ['--mount', '--propagation', 'private', process.execPath, fixture]
    const { stdout } = await run('unshare', [...inside, dataDir, instance])
    expect(JSON.parse(stdout)).toEqual({
      code: 'setup-incomplete',
      message: expect.stringContaining(`does not see what the runner mounts below ${dataDir}`),
    })
    expect(await leftovers(stage)).toEqual({ folders: [], mounts: [], containers: [] })
  })
})

async function leftovers({ context, docker, dataDir }: Stage): Promise<object> {
  return {
    folders: await readdir(join(dataDir, 'sandboxes')),
    mounts: (await mountPoints()).filter((target) => target.startsWith(dataDir)),
    containers: await listContainers(docker, [`${labels.instance}=${context.instance}`]),
  }
}
