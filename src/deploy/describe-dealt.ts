import { microOfKey } from '../../contract/target-key.ts'

/** A micro that is not deployed, and why. */
export interface NotDeployed {
  readonly name: string
  readonly why: string
}

interface Dealt {
  readonly sha: string
  /** Names of micros. */
  readonly deployed: readonly string[]
  readonly held?: readonly string[]
  readonly skipped: readonly NotDeployed[]
  /** Keys of the targets that ended. */
  readonly ended: readonly string[]
}

/** What was made of the micros of a commit, for whoever asks why nothing was deployed; undefined when there is nothing to say. */
export function describeDealt({ sha, deployed, held = [], skipped, ended }: Dealt): string | undefined {
  const at = sha.slice(0, 7)
  const words = [
    ...(deployed.length === 0 ? [] : [`deploys ${deployed.join(', ')} at ${at}`]),
    ...(held.length === 0 ? [] : [`${held.join(', ')} at ${at} waits for approval`]),
    ...skipped.map(({ name, why }) => `${name} skipped: ${why}`),
    ...(ended.length === 0 ? [] : [`ended ${ended.map(microOfKey).join(', ')}`]),
  ]
  return words.length === 0 ? undefined : words.join('; ')
}
