import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import type { Docker } from '../docker/client.ts'
import { listContainers } from '../docker/containers.ts'
import { removeContainer } from '../docker/remove-container.ts'
import { labels } from '../sandbox/labels.ts'
import { removeTree } from './store/remove-tree.ts'

/** Where builds work; what is in the store is never below it. */
export function buildsDir(dataDir: string): string {
  return join(dataDir, 'builds')
}

/** Where warm-ups work, which nobody waits for. */
export function warmUpsDir(dataDir: string): string {
  return join(dataDir, 'warm-ups')
}

/** Removes what builds and warm-ups of a runner that died have left: containers and folders. To be called before the first build. */
export async function sweepBuilds(of: {
  readonly docker: Docker
  readonly instance: string
  readonly dataDir: string
}): Promise<void> {
  for (const kind of ['builder', 'warm-up']) {
    const left = await listContainers(of.docker, [`${labels.instance}=${of.instance}`, `${labels.kind}=${kind}`])
    await Promise.all(left.map(({ id }) => removeContainer(of.docker, id)))
  }
  for (const dir of [buildsDir(of.dataDir), warmUpsDir(of.dataDir)]) {
    const folders = await readdir(dir).catch(() => [])
    for (const folder of folders) await removeTree(join(dir, folder))
  }
}
