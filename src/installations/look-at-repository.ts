import type { LifecycleJob } from '../../contract/jobs/events.ts'
import { readRepository } from '../../contract/store/repository/known.ts'
import { noteRepository } from '../../contract/store/repository/repositories.ts'
import { LAG_MS, LOOK_AGAIN_MS } from '../github/lag.ts'
import type { JobResult } from '../jobs/queue.ts'
import { compareRepository } from '../reconcile/compare-repository.ts'
import type { ReconcileDeps } from '../reconcile/deps.ts'
import { endRepository } from './end-repository.ts'
import { findReached } from './find-repository.ts'

/** What no event told of has to be seen three times before anything is ended for it: GitHub itself errs at times. */
const SURE_AFTER_MS = 60_000
const SURE_STEP_MS = 30_000

type RepositoryJob = Extract<LifecycleJob, { readonly kind: 'repository' }>

/**
 * Asks GitHub how a repository stands, and makes it so here: what is ours no more ends, what has another name or owner follows it, and
 * what was missed is made up for. The order in which events came in does not matter.
 *
 * @throws Octokit's RequestError and what ioredis throws; the queue decides what then.
 */
export async function lookAtRepository(job: RepositoryJob, deps: ReconcileDeps): Promise<JobResult> {
  const known = await readRepository(deps.store, job.repositoryId)
  const installationIds = known === undefined ? [job.installationId] : [job.installationId, known.installationId]
  const { repositoryId, owner, repository } = job
  const found = await findReached(deps.github, { repositoryId, installationIds, owner, repository })
  const ageMs = deps.now() - job.receivedAtMs
  if (found === undefined) {
    const afterMs = waitBeforeEnd(job.told, ageMs)
    if (afterMs !== undefined) return { kind: 'later', afterMs, why: 'GitHub does not show it, which may pass' }
    const count = await endRepository(job, deps)
    return { kind: 'done', what: `ours no more, ${count} ended` }
  }
  if (job.told === 'gone' && found.installationId === job.installationId && ageMs < LAG_MS) {
    return { kind: 'later', afterMs: LOOK_AGAIN_MS, why: 'GitHub shows it still' }
  }
  await noteRepository(deps.store, { ...found, sequence: job.sequence })
  const count = await compareRepository({ listed: found, former: undefined, isThorough: true }, deps)
  return { kind: 'done', what: count === 0 ? 'nothing to do' : `${count} to look at` }
}

/** Undefined: it is sure that the repository is ours no more. */
function waitBeforeEnd(told: RepositoryJob['told'], ageMs: number): number | undefined {
  switch (told) {
    case 'gone':
      return undefined
    case 'there':
      return ageMs < LAG_MS ? LOOK_AGAIN_MS : undefined
    case undefined:
      return ageMs < SURE_AFTER_MS ? SURE_STEP_MS : undefined
  }
}
