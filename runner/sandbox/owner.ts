import { readFile, stat, writeFile } from 'node:fs/promises'
import { fromLabels, type SandboxLabels } from './labels.ts'
import { sandboxPaths, type SandboxPaths } from './paths.ts'

/** In place of a deployment's id: of a sandbox that was started ahead of need and that nobody has claimed. */
export const UNCLAIMED = ''

/**
 * Says for whoever asks later, another engine too, whose a sandbox is that was started before it had a deployment. It has to be said before anything of
 * the deployment gets into the sandbox.
 */
export async function noteOwner(paths: SandboxPaths, deploymentId: string): Promise<void> {
  await writeFile(paths.owner, deploymentId, { mode: 0o600 })
}

/** A sandbox's labels, with the deployment that owns it. */
export interface Owned extends SandboxLabels {
  /** `UNCLAIMED` when it has none yet, or its folder is gone. */
  readonly deploymentId: string
  /** When it got its deployment, where that was after its start. */
  readonly claimedAtMs?: number
}

/** @returns undefined when the labels are not those of a sandbox of ours. */
export async function readOwner(dataDir: string, found: Readonly<Record<string, string>>): Promise<Owned | undefined> {
  const of = fromLabels(found)
  if (of === undefined) return undefined
  if (of.deploymentId !== undefined) return { ...of, deploymentId: of.deploymentId }
  return { ...of, ...(await readNoted(sandboxPaths(dataDir, of.sandboxId))) }
}

async function readNoted({ owner }: SandboxPaths): Promise<Pick<Owned, 'deploymentId' | 'claimedAtMs'>> {
  try {
    const { mtimeMs } = await stat(owner)
    return { deploymentId: await readFile(owner, 'utf8'), claimedAtMs: mtimeMs }
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return { deploymentId: UNCLAIMED }
    throw error
  }
}
