import { production } from '../../contract/deployment.ts'
import type { PushJob } from '../../contract/jobs/events.ts'
import type { Trigger } from '../deploy/trigger.ts'

/** A push asks for what everybody gets. */
export function triggerOfPush(push: PushJob): Trigger {
  const { installationId, repositoryId, owner, repository, branch, sequence, receivedAtMs } = push
  return { installationId, repositoryId, owner, repository, branch, sequence, receivedAtMs, target: production }
}
