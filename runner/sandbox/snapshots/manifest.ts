import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { isDeepStrictEqual } from 'node:util'
import { z } from 'zod'
import { writePrivateFile } from '../../../contract/private-file.ts'
import type { SandboxSpec } from '../sandbox.ts'
import { snapshotPaths } from './snapshot-paths.ts'
import { machineSchema } from './waiting/waiting.ts'

const manifestSchema = z.strictObject({
  version: z.literal(1),
  /** Digest of what the app was started with. */
  key: z.string(),
  image: z.string(),
  machine: machineSchema,
  /** Whom its processes belong to. */
  uid: z.number(),
  /** To an imported app, in ms, one after the other on the same machine: started from nothing, container and all, and brought back in a container that waited. */
  startMs: z.number(),
  restoreMs: z.number(),
  /** Whether the app had written files that have to be there again. */
  hasFiles: z.boolean(),
  bytes: z.number(),
})

/** What stands beside an app's memory on disk. */
export type Manifest = z.infer<typeof manifestSchema>

/** @returns undefined when there is no snapshot, or none that this version understands. */
export async function readManifest(dataDir: string, deploymentId: string): Promise<Manifest | undefined> {
  const text = await readFile(snapshotPaths(dataDir, deploymentId).manifest, 'utf8').catch(
    (error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') return undefined
      throw error
    },
  )
  if (text === undefined) return undefined
  try {
    return manifestSchema.parse(JSON.parse(text))
  } catch {
    return undefined
  }
}

export async function writeManifest(path: string, manifest: Manifest): Promise<void> {
  await writePrivateFile(path, JSON.stringify(manifest))
}

/** A digest of all that an app's import can depend on: its files by their content's names, how it is started, its environment, its limits. */
export function snapshotKey(
  spec: Pick<SandboxSpec, 'launch' | 'language' | 'appDir' | 'dependenciesDir' | 'env' | 'limits'>,
): string {
  const env = Object.entries(spec.env).toSorted(([a], [b]) => (a < b ? -1 : 1))
  const { memoryBytes, processes, tmpBytes } = spec.limits
  const all = [
    spec.launch,
    spec.language,
    spec.appDir,
    spec.dependenciesDir ?? '',
    env,
    memoryBytes,
    processes,
    tmpBytes,
  ]
  return createHash('sha256').update(JSON.stringify(all)).digest('hex')
}

interface Found {
  readonly key: string
  readonly image: string
}

/** Why a snapshot is of no use for an app that is to be started; undefined when nothing speaks against it. */
export function misfit(manifest: Manifest, { key, image }: Found): string | undefined {
  if (manifest.image !== image) return 'the runtime is another one'
  if (manifest.key !== key) return 'files, environment or limits have changed'
  return undefined
}

/** The same for the machine, which is known from the container that waits. */
export function isOfMachine(manifest: Manifest, machine: Manifest['machine']): boolean {
  return isDeepStrictEqual(manifest.machine, machine)
}
