import { artifactDir, useArtifact } from '../store/artifact-store.ts'
import { cacheName, type CacheOf } from './cache-name.ts'

/** The folder of compiled code of an app, marked as used now; undefined where there is none. */
export async function findCache(of: CacheOf & { readonly dataDir: string }): Promise<string | undefined> {
  const name = cacheName(of)
  if (name === undefined) return undefined
  const artifact = { dataDir: of.dataDir, kind: 'cache', name } as const
  return (await useArtifact(artifact)) === undefined ? undefined : artifactDir(artifact)
}
