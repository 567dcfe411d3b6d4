import type { LifecycleJob } from '../../contract/jobs/events.ts'
import { permitAgain } from '../../contract/store/reports/permissions.ts'
import type { JobResult } from '../jobs/queue.ts'
import type { ReconcileDeps } from '../reconcile/deps.ts'
import { lookAtInstallation } from './look-at-installation.ts'
import { lookAtRepository } from './look-at-repository.ts'

/**
 * What follows from something that happened to a repository, or to an installation of the App.
 *
 * @throws Octokit's RequestError and what ioredis throws; the queue decides what then.
 */
export async function handleLifecycle(job: LifecycleJob, deps: ReconcileDeps): Promise<JobResult> {
  switch (job.kind) {
    case 'installation':
      // Its rights may be what has changed.
      deps.github.forget(job.installationId)
      await permitAgain(deps.store, job.installationId)
      return lookAtInstallation(job, deps)
    case 'repository':
      return lookAtRepository(job, deps)
  }
}
