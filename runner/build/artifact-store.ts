import { mkdir, readFile, rename, rm, stat, utimes, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'

export type ArtifactKind = 'app' | 'dependencies'

const record = z.object({
  bytes: z.number(),
  packages: z.array(z.object({ name: z.string(), bytes: z.number() })),
})

/** What is noted beside an artifact. The file's modification time says when a deployment last used it. */
export type ArtifactRecord = Readonly<z.infer<typeof record>>

export interface ArtifactName {
  readonly dataDir: string
  readonly kind: ArtifactKind
  readonly name: string
}

export function artifactDir({ dataDir, kind, name }: ArtifactName): string {
  return join(dataDir, 'artifacts', kind, name)
}

/** The record of an artifact that is there whole, which is marked as used now. */
export async function useArtifact(of: ArtifactName): Promise<ArtifactRecord | undefined> {
  const [found, text] = await Promise.all([
    stat(artifactDir(of)).catch(() => undefined),
    readFile(sidecar(of), 'utf8').catch(() => undefined),
  ])
  if (found === undefined || text === undefined) return undefined
  const now = new Date()
  await utimes(sidecar(of), now, now)
  return record.parse(JSON.parse(text))
}

/** Moves a sealed folder, on the same file system, to its place. One with this name, which has the same content, may be there already. */
export async function publishArtifact(of: ArtifactName, from: string, about: ArtifactRecord): Promise<void> {
  const to = artifactDir(of)
  await mkdir(join(to, '..'), { recursive: true })
  try {
    await rename(from, to)
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined
    if (code !== 'ENOTEMPTY' && code !== 'EEXIST') throw error
    await rm(from, { recursive: true, force: true })
  }
  await writeWhole(sidecar(of), JSON.stringify(about))
}

/** Writes a small file so that nobody ever sees half of it. */
export async function writeWhole(path: string, text: string): Promise<void> {
  const partial = `${path}.${process.pid}.partial`
  await writeFile(partial, text)
  await rename(partial, path)
}

function sidecar(of: ArtifactName): string {
  return `${artifactDir(of)}.json`
}
