import type { LifecycleJob } from '../../contract/jobs/events.ts'
import { permitAgain } from '../../contract/store/reports/permissions.ts'
import { knownRepositories } from '../../contract/store/repository/known.ts'
import { LAG_MS, LOOK_AGAIN_MS } from '../github/lag.ts'
import type { JobResult } from '../jobs/queue.ts'
import { compareInstallation } from '../reconcile/compare-installation.ts'
import type { ReconcileDeps } from '../reconcile/deps.ts'
import { lookAgain } from '../reconcile/look-again.ts'
import { listRepositories } from '../reconcile/read-github.ts'
import { standingOf } from './find-repository.ts'

type InstallationJob = Extract<LifecycleJob, { readonly kind: 'installation' }>

/**
 * Asks GitHub how an installation of the App stands, and makes it so here: of one that is gone or suspended every repository ends, of one
 * that works those that were missed are deployed, and those that it does not reach any more end.
 *
 * @throws Octokit's RequestError and what ioredis throws; the queue decides what then.
 */
export async function lookAtInstallation(job: InstallationJob, deps: ReconcileDeps): Promise<JobResult> {
  const { installationId, told } = job
  const standing = await standingOf(deps.github, installationId)
  const mayLag = deps.now() - job.receivedAtMs < LAG_MS
  if (standing !== 'active') {
    if (told === 'there' && mayLag) return notYet
    const ours = (await knownRepositories(deps.store)).filter((one) => one.installationId === installationId)
    // Each in a job of its own, which waits for what is under way of that repository.
    for (const one of ours) await lookAgain(one, { toldBy: job.deliveryId }, deps)
    return { kind: 'done', what: `${standing}, ${ours.length} repositories end` }
  }
  if (told === 'gone' && mayLag) return notYet
  const listed = await listRepositories(installationId, deps)
  const ids = new Set(listed.all.map(({ repositoryId }) => repositoryId))
  const isLate = job.removed?.some((id) => ids.has(id)) === true || job.added?.some((id) => !ids.has(id)) === true
  if (isLate && mayLag) return notYet
  // What could not be told for want of a right is tried again: the event may be that of a right that was given.
  await permitAgain(deps.store, installationId)
  const count = await compareInstallation({ installationId, listed, toldBy: job.deliveryId }, deps)
  return { kind: 'done', what: `${count} to look at` }
}

const notYet: JobResult = { kind: 'later', afterMs: LOOK_AGAIN_MS, why: 'GitHub shows it as it was still' }
