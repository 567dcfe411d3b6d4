import type { Target } from '../../contract/deployment.ts'

/** What asks for deployments of a commit: a push, or an event of a pull request. */
export interface Trigger {
  readonly installationId: number
  readonly repositoryId: number
  readonly owner: string
  readonly repository: string
  /** Branch name without `refs/heads/`; of a pull request, its head's. */
  readonly branch: string
  /** Grows with every trigger that the bot accepted; the higher one is the newer wish. */
  readonly sequence: number
  readonly receivedAtMs: number
  readonly target: Target
}
