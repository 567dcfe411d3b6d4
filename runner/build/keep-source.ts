import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { publishArtifact, useArtifact } from './store/artifact-store.ts'
import { removeTree } from './store/remove-tree.ts'
import type { Build } from './build.ts'
import { leaveOut, readIgnored } from './ignore/leave-out.ts'
import { digest } from './plan/install-plan.ts'

interface KeepOptions {
  /** A folder `node_modules` has to be there, because dependencies will be mounted on it and the source is read-only by then. */
  readonly dependenciesInside: boolean
}

/** Moves the source into the store, unless the same is there, and says its name and size. */
export async function keepSource(
  build: Build,
  { dependenciesInside }: KeepOptions,
): Promise<{ readonly name: string; readonly bytes: number }> {
  const { dataDir, source } = build
  const ignored = await readIgnored(build)
  const name = appName(ignored === undefined ? source.hash : digest([source.hash, ignored.key]), dependenciesInside)
  const artifact = { dataDir, kind: 'app', name } as const
  const known = await useArtifact(artifact)
  if (known !== undefined) return { name, bytes: known.bytes }
  const bytes = source.bytes - (await leaveOut(build, source.dir, ignored))
  if (dependenciesInside) await makeMountPoint(source.dir)
  await publishArtifact(artifact, source.dir, { bytes, packages: [] })
  return { name, bytes }
}

/** The name of an app artifact: of the content, and of whether a mount point was added to it. */
export function appName(contentHash: string, dependenciesInside: boolean): string {
  return dependenciesInside ? digest([contentHash, 'node_modules']) : contentHash
}

/** An empty `node_modules`; what was committed there gives way, since what is installed hides it. */
export async function makeMountPoint(dir: string): Promise<void> {
  const path = join(dir, 'node_modules')
  await removeTree(path)
  await mkdir(path, { mode: 0o755 })
}
