import { randomBytes } from 'node:crypto'
import { mkdir, readFile, rename, rm, stat, utimes, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { z } from 'zod'

type ArtifactKind = 'app' | 'dependencies'

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

/** The record of an artifact that is there whole, which is marked as used now; undefined when there is none. */
export async function useArtifact(of: ArtifactName): Promise<ArtifactRecord | undefined> {
  const [found, about] = await Promise.all([stat(artifactDir(of)).catch(() => undefined), readRecord(of)])
  if (found === undefined || about === undefined) return undefined
  const now = new Date()
  await utimes(sidecar(of), now, now)
  return about
}

/**
 * Moves a sealed folder, on the same file system, to its place. Its record is written before: so a folder that is there is whole and
 * has one, whenever we die. Where one with this name is there already, it has the same content and stays.
 */
export async function publishArtifact(of: ArtifactName, from: string, about: ArtifactRecord): Promise<void> {
  const to = artifactDir(of)
  // Containers see an artifact through its mount; other users of this machine have no business here.
  await mkdir(dirname(dirname(to)), { recursive: true, mode: 0o700 })
  await mkdir(dirname(to), { recursive: true })
  await writeWhole(sidecar(of), JSON.stringify({ bytes: about.bytes, packages: about.packages }))
  try {
    await rename(from, to)
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined
    if (code !== 'ENOTEMPTY' && code !== 'EEXIST') throw error
    await rm(from, { recursive: true, force: true })
  }
}

/** A record that is cut short or of another shape counts as none. */
async function readRecord(of: ArtifactName): Promise<ArtifactRecord | undefined> {
  try {
    return record.parse(JSON.parse(await readFile(sidecar(of), 'utf8')))
  } catch {
    return undefined
  }
}

/** Writes a small file so that nobody ever sees half of it. */
export async function writeWhole(path: string, text: string): Promise<void> {
  const partial = `${path}.${randomBytes(6).toString('hex')}.partial`
  await writeFile(partial, text)
  await rename(partial, path)
}

function sidecar(of: ArtifactName): string {
  return `${artifactDir(of)}.json`
}
