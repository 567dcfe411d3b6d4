import type { ReportJob } from '../../contract/jobs/report.ts'
import type { JobResult } from '../jobs/queue.ts'
import { sendCheck } from './check/send-check.ts'
import { sendConfigCheck } from './check/send-config-check.ts'
import { sendComment } from './comment/send-comment.ts'
import { sendDeployment } from './deployment/send-deployment.ts'
import type { ReportDeps } from './deps.ts'
import { reportMergeGroup } from './merge-group.ts'
import { spread } from './spread.ts'
import { sendStatus } from './status/send-status.ts'

/**
 * Does what a job of the report queue asks for. All that GitHub is told is read from the store at that moment: so a late job says nothing
 * old, and a job too many says nothing at all.
 *
 * @param id the job's, the same each time it is tried
 * @throws Octokit's RequestError; the queue decides what then.
 */
export async function handleReport(job: ReportJob, id: string, deps: ReportDeps): Promise<JobResult> {
  switch (job.kind) {
    case 'deployment':
      return spread(job.deploymentId, deps)
    case 'projection':
      switch (job.projection) {
        case 'status':
          return sendStatus({ kind: 'deployment', deploymentId: job.deploymentId }, id, deps)
        case 'deployment':
          return sendDeployment(job.deploymentId, id, deps)
        case 'check':
          return sendCheck(job.deploymentId, id, deps)
      }
      break
    case 'commit':
      return sendStatus(job, id, deps)
    case 'findings':
      return sendConfigCheck(job, id, deps)
    case 'pull':
      return sendComment(job, id, deps)
    case 'merge-group':
      return reportMergeGroup(job, deps)
  }
}
