import { randomBytes } from 'node:crypto'
import { mkdir, readFile, rename, rm, stat, utimes, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { z } from 'zod'
import { removeTree } from './remove-tree.ts'

export const artifactKinds = ['app', 'dependencies', 'cache'] as const

export type ArtifactKind = (typeof artifactKinds)[number]

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

/** Use, arrival and removal of one artifact happen one after the other: one runner owns a data folder. */
const turns = new Map<string, Promise<unknown>>()

async function inTurn<T>(of: ArtifactName, operation: () => Promise<T>): Promise<T> {
  const key = artifactDir(of)
  const turn = (turns.get(key) ?? Promise.resolve()).then(operation)
  const tail = turn.catch(() => {})
  turns.set(key, tail)
  try {
    return await turn
  } finally {
    if (turns.get(key) === tail) turns.delete(key)
  }
}

/** The record of an artifact that is there whole, which is marked as used now; undefined when there is none. */
export function useArtifact(of: ArtifactName): Promise<ArtifactRecord | undefined> {
  return inTurn(of, async () => {
    const [found, about] = await Promise.all([stat(artifactDir(of)).catch(() => undefined), readRecord(of)])
    if (found === undefined || about === undefined) return undefined
    const now = new Date()
    await utimes(sidecar(of), now, now)
    return about
  })
}

/**
 * Moves a sealed folder, on the same file system, to its place. Its record is written before: so a folder that is there is whole and
 * has one, whenever we die. Where one with this name is there already, it has the same content and stays.
 */
export function publishArtifact(of: ArtifactName, from: string, about: ArtifactRecord): Promise<void> {
  return inTurn(of, async () => {
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
  })
}

/** How large an artifact is and when it was last used, without marking it as used; a missing record or folder counts as nothing. */
export async function readArtifact(of: ArtifactName): Promise<{ readonly bytes: number; readonly usedAtMs: number }> {
  const [about, usedAtMs] = await Promise.all([readRecord(of), lastUse(of)])
  return { bytes: about?.bytes ?? 0, usedAtMs }
}

/** Only where there is no record does the folder's own age count. */
async function lastUse(of: ArtifactName): Promise<number> {
  const found = await Promise.all([sidecar(of), artifactDir(of)].map((path) => stat(path).catch(() => undefined)))
  return (found[0] ?? found[1])?.mtimeMs ?? 0
}

/** Removes an artifact unless it was used since then; says whether it did. It is out of the way before its files are removed. */
export async function removeArtifact(of: ArtifactName, unusedSinceMs: number): Promise<boolean> {
  const aside = join(removedDir(of.dataDir), randomBytes(8).toString('hex'))
  const removed = await inTurn(of, async () => {
    if ((await lastUse(of)) >= unusedSinceMs) return false
    await rm(sidecar(of), { force: true })
    await mkdir(removedDir(of.dataDir), { recursive: true, mode: 0o700 })
    await rename(artifactDir(of), aside).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== 'ENOENT') throw error
    })
    return true
  })
  if (removed) await removeTree(aside)
  return removed
}

/** Removes what a runner that died had set aside. */
export async function sweepRemoved(dataDir: string): Promise<void> {
  await removeTree(removedDir(dataDir))
}

function removedDir(dataDir: string): string {
  return join(dataDir, 'artifacts', 'removed')
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
export async function writeWhole(path: string, text: string | Buffer): Promise<void> {
  const partial = `${path}.${randomBytes(6).toString('hex')}.partial`
  await writeFile(partial, text)
  await rename(partial, path)
}

function sidecar(of: ArtifactName): string {
  return `${artifactDir(of)}.json`
}
