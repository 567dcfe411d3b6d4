import { readFile, writeFile } from 'node:fs/promises'
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
}

/** @returns undefined when the labels are not those of a sandbox of ours. */
export async function readOwner(dataDir: string, found: Readonly<Record<string, string>>): Promise<Owned | undefined> {
  const of = fromLabels(found)
  if (of === undefined) return undefined
  return { ...of, deploymentId: of.deploymentId ?? (await readNoted(sandboxPaths(dataDir, of.sandboxId))) }
}

async function readNoted(paths: SandboxPaths): Promise<string> {
  return readFile(paths.owner, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return UNCLAIMED
    throw error
  })
}
