import { mkdir, readdir, readFile, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { digest } from '../plan/install-plan.ts'
import { artifactDir, writeWhole } from './artifact-store.ts'

const NAME = /^[0-9a-f]+$/

/** The name of the layer that one fresh build installs, the same when that build is begun again. */
export function freshName(key: string, deploymentId: string): string {
  return digest([key, deploymentId])
}

/** The name of the layer that stands for a plan: of the newest that was installed afresh, else the plan's own. */
export async function currentLayer(dataDir: string, key: string): Promise<string> {
  return (await readNote(join(notes(dataDir), key))) ?? key
}

/** Notes that a layer stands for a plan from now on. */
export async function noteCurrentLayer(dataDir: string, key: string, name: string): Promise<void> {
  await mkdir(notes(dataDir), { recursive: true, mode: 0o700 })
  await writeWhole(join(notes(dataDir), key), name)
}

/** Forgets the notes of layers that are gone; not while there is an older layer of that plan, which must not come back. */
export async function sweepCurrentLayers(dataDir: string): Promise<void> {
  for (const key of await readdir(notes(dataDir)).catch(() => [])) {
    const path = join(notes(dataDir), key)
    const name = await readNote(path)
    const isThere = await Promise.all([key, ...(name === undefined ? [] : [name])].map((one) => exists(dataDir, one)))
    if (!isThere.includes(true)) await rm(path, { force: true })
  }
}

/** A note that is cut short or missing counts as none. */
async function readNote(path: string): Promise<string | undefined> {
  const name = await readFile(path, 'utf8').catch(() => '')
  return NAME.test(name) ? name : undefined
}

async function exists(dataDir: string, name: string): Promise<boolean> {
  const path = artifactDir({ dataDir, kind: 'dependencies', name })
  return (await stat(path).catch(() => undefined)) !== undefined
}

function notes(dataDir: string): string {
  return join(dataDir, 'artifacts', 'current-layers')
}
