import type { KeptArtifacts } from '../../contract/store/artifacts.ts'
import type { StoredArtifact } from './list-artifacts.ts'

interface Choice {
  /** What deployments that are kept need. */
  readonly kept: Pick<KeptArtifacts, StoredArtifact['kind']>
  /** What was used since then may be part of a build that runs. */
  readonly usedBeforeMs: number
  /** How much there has to be removed, in bytes. */
  readonly needBytes: number
}

/** The artifacts to remove so that enough is given back: those that nobody needs, the least recently used first. */
export function chooseRemovals(
  artifacts: readonly StoredArtifact[],
  { kept, usedBeforeMs, needBytes }: Choice,
): StoredArtifact[] {
  const chosen: StoredArtifact[] = []
  let bytes = 0
  const free = artifacts.filter(({ kind, name, usedAtMs }) => !kept[kind].has(name) && usedAtMs < usedBeforeMs)
  for (const artifact of free.toSorted((a, b) => a.usedAtMs - b.usedAtMs)) {
    if (bytes >= needBytes) break
    chosen.push(artifact)
    bytes += artifact.bytes
  }
  return chosen
}
