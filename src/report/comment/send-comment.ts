import type { Octokit } from '@octokit/rest'
import type { ReportJob } from '../../../contract/jobs/report.ts'
import { notePullComment, readPullComment } from '../../../contract/store/reports/pull-comments.ts'
import { unlessGone } from '../../github/unless-gone.ts'
import type { JobResult } from '../../jobs/queue.ts'
import { digestOf } from '../check/told-check.ts'
import type { ReportDeps } from '../deps.ts'
import { write, type Write } from '../write.ts'
import { drawComment } from './draw-comment.ts'
import { findComment } from './find-comment.ts'
import { isWorthSaying, readRows } from './rows.ts'

type PullReport = Extract<ReportJob, { kind: 'pull' }>

/**
 * Keeps the one comment on a pull request as its previews stand: edited in place, made again when somebody deleted it.
 *
 * @param owner the job's id
 * @throws Octokit's RequestError; the queue decides what then.
 */
export async function sendComment(job: PullReport, owner: string, deps: ReportDeps): Promise<JobResult> {
  const { installationId, repositoryId, pull } = job
  const key = `comment ${repositoryId}/${pull}`
  return deps.lock(key, async () => {
    const to: Write = { installationId, key, owner, urgency: 'comment', projection: 'comment' }
    const known = await readPullComment(deps.store, job)
    // One that is there does not go stale because no new one is wanted.
    const rows = known.wanted || known.id !== undefined ? await readRows(deps.store, job) : []
    const body = drawComment(rows, deps.botUrl)
    const digest = digestOf(body)
    const isNew = known.id === undefined && !isWorthSaying(rows)
    if (rows.length === 0 || isNew || known.digest === digest) {
      deps.pace.leave(to)
      return { kind: 'done', what: 'nothing to say' }
    }
    const written = await write(to, deps, (octokit) =>
      put(octokit, { job, body, id: known.id, appId: deps.github.appId }),
    )
    if (written.kind !== 'sent') return written
    await notePullComment(deps.store, { repositoryId, pull, id: written.answer, digest })
    deps.log.info({ repository: `${job.owner}/${job.repository}`, pull, comment: written.answer }, 'comment written')
    return { kind: 'done', what: 'written' }
  })
}

interface Put {
  readonly job: PullReport
  readonly body: string
  readonly id: number | undefined
  readonly appId: number
}

/** Writes it into the comment that is there, or a new one. Gives its number. */
async function put(octokit: Octokit, { job, body, id, appId }: Put): Promise<number> {
  const { owner, repository, pull } = job
  const place = { owner, repo: repository }
  const edit = async (comment: number) => {
    await octokit.rest.issues.updateComment({ ...place, comment_id: comment, body })
    return comment
  }
  if (id !== undefined) {
    const edited = await unlessGone(
      () => edit(id),
      () => octokit.rest.issues.getComment({ ...place, comment_id: id }),
    )
    if (edited !== 'gone') return edited
  }
  const found = await findComment(octokit, { owner, repository, pull, appId })
  if (found !== undefined && found !== id) return edit(found)
  const { data } = await octokit.rest.issues.createComment({ ...place, issue_number: pull, body })
  return data.id
}
