import { lstat, readdir, rename } from 'node:fs/promises'
import { join } from 'node:path'
import { paths } from '../../../runtimes/launch.ts'
import { DiskBoundReached } from '../builder/run-watched.ts'
import { publishArtifact, useArtifact } from '../store/artifact-store.ts'
import { removeTree } from '../store/remove-tree.ts'
import { sealTree } from '../store/seal-tree.ts'
import { warmUpsDir } from '../sweep-builds.ts'
import { cacheName } from './cache-name.ts'
import { compile, type WarmUp, type WarmUpContext } from './compile.ts'

/** A cache holds some megabytes; an app that writes more into it gets none. */
const CACHE_BYTES = 64 * 1024 * 1024
/** One for each module, and its folders. Empty files take no bytes, but inodes of the host's disk. */
const CACHE_ENTRIES = 50_000

/**
 * Compiles an app ahead, once, and keeps what came of it for later starts. An app that cannot be imported without secrets and network costs
 * these starts some time and is no failure: whatever was compiled until then is kept.
 *
 * @returns whether there is a cache now.
 * @throws MicropushError `engine-unavailable`, `disk-full`; the signal's reason
 */
export async function warmUp(context: WarmUpContext, warm: WarmUp): Promise<boolean> {
  const name = cacheName(warm)
  const { launch } = warm
  if (name === undefined || launch.kind !== 'loader') return false
  const artifact = { dataDir: context.dataDir, kind: 'cache', name } as const
  if ((await useArtifact(artifact)) !== undefined) return true
  const workDir = join(warmUpsDir(context.dataDir), warm.deploymentId)
  try {
    const root = await compile(context, { ...warm, launch }, workDir)
    const { bytes, entries } = await sealTree({
      root,
      mountPoint: paths.cache,
      linksWithin: paths.cache,
      purpose: 'seal',
    })
    const useful = launch.language === 'node' ? await nameNodesFolder(root) : (await readdir(root)).length > 0
    if (!useful || bytes > CACHE_BYTES || entries > CACHE_ENTRIES) return false
    await publishArtifact(artifact, root, { bytes, packages: [] })
    return true
  } catch (error) {
    if (error instanceof DiskBoundReached) return false
    throw error
  } finally {
    await removeTree(workDir)
  }
}

/** Node keeps its cache in a folder with the user id in its name, which is another one in each sandbox. */
async function nameNodesFolder(root: string): Promise<boolean> {
  const [name, ...others] = await readdir(root)
  if (name === undefined || others.length > 0 || !(await lstat(join(root, name))).isDirectory()) return false
  await rename(join(root, name), join(root, 'node'))
  return (await readdir(join(root, 'node'))).length > 0
}
