import type { PreviewSettings } from '../../contract/config/previews.ts'
import type { PullJob } from '../../contract/jobs/events.ts'
import type { Trigger } from '../deploy/trigger.ts'
import type { Pull } from './fetch-pull.ts'

/**
 * A pull request asks for previews. Nothing that a fork has in its hands makes a production's target of it, not even a branch of that name.
 *
 * @param previews undefined when they cannot be known.
 */
export function triggerOfPull(job: PullJob, pull: Pull, previews: PreviewSettings | undefined): Trigger {
  const { installationId, repositoryId, owner, repository, sequence, receivedAtMs } = job
  const { fork, number, head } = pull
  const secrets = fork && previews?.forks !== 'approve' ? 'none' : 'preview'
  const target = { kind: 'preview', pull: number, fork, secrets } as const
  return { installationId, repositoryId, owner, repository, branch: head.branch, sequence, receivedAtMs, target }
}
