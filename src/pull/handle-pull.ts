import { slug, statusContext } from '../../contract/names.ts'
import type { PullJob } from '../../contract/jobs.ts'
import type { Queues } from '../../contract/queue.ts'
import type { Store } from '../../contract/store/connect.ts'
import { previewsOfRepository } from '../../contract/store/micros.ts'
import { noteRepository } from '../../contract/store/repository/repositories.ts'
import { deployMicro } from '../deploy/deploy-micro.ts'
import { endTargets } from '../deploy/end-targets.ts'
import { readWish } from '../deploy/read-wish.ts'
import { reportCommit } from '../deploy/report-commit.ts'
import type { Trigger } from '../deploy/trigger.ts'
import type { GitHub } from '../github/client.ts'
import type { Log } from '../log.ts'
import type { JobResult } from '../queue.ts'
import { fetchPull, type Pull } from './fetch-pull.ts'

export interface PullDeps {
  readonly store: Store
  readonly queues: Queues
  readonly github: GitHub
  readonly log: Log
  readonly now: () => number
}

/**
 * Gives a pull request the previews that it is to have: those of its head commit while it is open, none afterwards. Run again after it was
 * interrupted anywhere, it does what is left to do and nothing twice.
 *
 * @throws Octokit's RequestError and what ioredis throws; the queue decides what then.
 */
export async function handlePull(job: PullJob, deps: PullDeps): Promise<JobResult> {
  await noteRepository(deps.store, job)
  const pull = await fetchPull(deps.github.forInstallation(job.installationId), job)
  const known = await previewsOf(job, deps)
  if (!pull?.open) {
    await endTargets(known, job.sequence, deps)
    return { kind: 'done', what: `${known.length} ended` }
  }
  const { sha } = pull.head
  const trigger = triggerOf(job, pull)
  const wish = await readWish({ ...job, sha }, deps)
  if (wish.kind === 'invalid') {
    const context = statusContext(slug(job.repository))
    await reportCommit({ trigger, sha, context, state: 'failure', description: wish.message }, deps)
    return { kind: 'done', what: 'config invalid' }
  }
  const micros = wish.kind === 'micros' ? wish.micros : []
  const named = new Set(micros.map(({ name }) => name))
  const end = known.filter((key) => !named.has(key.split('/')[1] ?? ''))
  await endTargets(end, job.sequence, deps)
  const warnings = wish.kind === 'micros' ? wish.warnings : []
  for (const config of micros) await deployMicro({ trigger, sha, config, warnings }, deps)
  return { kind: 'done', what: `${micros.length} to deploy, ${end.length} ended` }
}

async function previewsOf({ repositoryId, pull }: PullJob, { store }: PullDeps): Promise<string[]> {
  const all = await previewsOfRepository(store, repositoryId)
  return all.filter((key) => key.endsWith(`/pr-${pull}`))
}

function triggerOf(job: PullJob, pull: Pull): Trigger {
  const { installationId, repositoryId, owner, repository, sequence, receivedAtMs } = job
  const { fork, number, head } = pull
  const target = { kind: 'preview', pull: number, fork, secrets: fork ? 'none' : 'preview' } as const
  return { installationId, repositoryId, owner, repository, branch: head.branch, sequence, receivedAtMs, target }
}
