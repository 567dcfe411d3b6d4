import type { MergeGroupJob } from '../../contract/jobs/events.ts'
import type { ReportJob } from '../../contract/jobs/report.ts'
import { statusContext } from '../../contract/names.ts'
import { addReports } from '../../contract/queue.ts'
import { microsOfRepository, previewsOfRepository } from '../../contract/store/micros.ts'
import { microOfKey } from '../../contract/target-key.ts'
import type { JobResult } from '../jobs/queue.ts'
import type { ReportDeps } from './deps.ts'

const DESCRIPTION = 'Not deployed for merge groups'

/**
 * Lets a merge queue pass: a status that is required would be waited for without end on a commit that nobody deploys. Every context that
 * the repository may require is met, those of micros that are there in previews only as well.
 */
export async function reportMergeGroup(
  job: MergeGroupJob,
  { store, queues }: Pick<ReportDeps, 'store' | 'queues'>,
): Promise<JobResult> {
  const { installationId, repositoryId, owner, repository, sha, sequence } = job
  const keys = [
    ...(await microsOfRepository(store, repositoryId)),
    ...(await previewsOfRepository(store, repositoryId)),
  ]
  const micros = [...new Set(keys.map(microOfKey))]
  const place = { kind: 'commit', installationId, owner, repository, sha, sequence } as const
  const jobs = micros.map((micro): ReportJob => ({
    ...place,
    context: statusContext(micro),
    state: 'success',
    description: DESCRIPTION,
  }))
  await addReports(queues, jobs)
  return { kind: 'done', what: `${micros.length} contexts` }
}
