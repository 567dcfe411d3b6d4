import type { Octokit } from '@octokit/rest'
import type { Deployment } from '../../../contract/deployment.ts'
import type { ReportJob } from '../../../contract/jobs/report.ts'
import { statusContext } from '../../../contract/names.ts'
import { getDeployment } from '../../../contract/store/deployments.ts'
import { lastSent, rememberSent, statusKey } from '../../../contract/store/reports/sent.ts'
import { unlessGone } from '../../github/unless-gone.ts'
import type { JobResult } from '../../jobs/queue.ts'
import type { ReportDeps } from '../deps.ts'
import { write, type Write } from '../write.ts'
import { fitDescription } from './fit-description.ts'
import { projectStatus, type Status } from './project-status.ts'
import { decideSend, readSent, writeSent } from './sent.ts'

type StatusJob = { readonly kind: 'deployment'; readonly deploymentId: string } | Extract<ReportJob, { kind: 'commit' }>

/** One status to be sent, and where to. */
interface Report {
  readonly installationId: number
  readonly owner: string
  readonly repository: string
  readonly sha: string
  readonly context: string
  readonly status: Omit<Status, 'targetUrl'> & { readonly targetUrl: string | undefined }
  /** The push that it is about, where that is known. */
  readonly sequence: number | undefined
  /** What it may take the place of. */
  readonly over: 'anything' | 'pending'
}

/**
 * Tells by a commit status how a deployment stands *now*, whatever it was when the job was added: so a late job never takes an older
 * state back, and what changed meanwhile is said once. Nothing is sent that was sent before.
 *
 * @param owner the job's id
 * @throws Octokit's RequestError; the queue decides what then.
 */
export async function sendStatus(job: StatusJob, owner: string, deps: ReportDeps): Promise<JobResult> {
  const place = await readReport(job, deps)
  if (place === undefined) return { kind: 'done', what: 'nothing to say' }
  return deps.lock(statusKey(place), async () => {
    // Read again: waiting for the one before may have taken a while.
    const report = await readReport(job, deps)
    if (report === undefined) return { kind: 'done', what: 'nothing to say' }
    // Of a commit's words each is its own; of a deployment's the newest is the only one.
    const key = job.kind === 'deployment' ? `status ${job.deploymentId}` : `status of job ${owner}`
    return sendOnce(report, { key, owner, job, deps })
  })
}

async function readReport(job: StatusJob, { store, botUrl }: ReportDeps): Promise<Report | undefined> {
  switch (job.kind) {
    case 'deployment': {
      const deployment = await getDeployment(store, job.deploymentId)
      return deployment === undefined ? undefined : ofDeployment(deployment, botUrl)
    }
    case 'commit': {
      const { kind: _, state, description, sequence, ...place } = job
      const status = { state, description: fitDescription(description), targetUrl: undefined }
      return { ...place, status, sequence, over: 'anything' }
    }
  }
}

function ofDeployment(deployment: Deployment, botUrl: string): Report {
  const status = projectStatus(deployment, botUrl)
  const { installationId, owner, repository, sha, sequence, config, state } = deployment
  // What was live keeps its word, unless it was ended before that word was sent.
  const over = state === 'destroyed' ? 'pending' : 'anything'
  return { installationId, owner, repository, sha, context: statusContext(config.name), status, sequence, over }
}

interface Sending {
  readonly key: string
  readonly owner: string
  readonly job: StatusJob
  readonly deps: ReportDeps
}

async function sendOnce(report: Report, { key, owner, job, deps }: Sending): Promise<JobResult> {
  const sentKey = statusKey(report)
  const sent = { sequence: report.sequence, ...report.status }
  const last = readSent(await lastSent(deps.store, sentKey))
  const isLate = report.over === 'pending' && last?.state !== 'pending'
  const decision = isLate ? 'nothing to say' : decideSend(last, sent)
  const to: Write = {
    installationId: report.installationId,
    key,
    owner,
    urgency: report.status.state === 'pending' ? 'passing status' : 'final status',
    projection: 'status',
    ...(job.kind === 'deployment' ? { deploymentId: job.deploymentId } : {}),
  }
  if (decision !== 'send') {
    deps.pace.leave(to)
    return { kind: 'done', what: decision }
  }
  const { status, sha, context, repository } = report
  const written = await write(to, deps, (octokit) => post(octokit, report))
  if (written.kind !== 'sent') return written
  if (written.answer === 'gone') return { kind: 'done', what: 'the commit is gone' }
  await rememberSent(deps.store, { statusKey: sentKey, value: writeSent({ ...sent, count: (last?.count ?? 0) + 1 }) })
  deps.log.info({ repository: `${report.owner}/${repository}`, sha, context, state: status.state }, 'status sent')
  return { kind: 'done', what: status.state }
}

function post(octokit: Octokit, { owner, repository: repo, sha, context, status }: Report): Promise<unknown> {
  const place = { owner, repo }
  return unlessGone(
    () =>
      octokit.rest.repos.createCommitStatus({
        ...place,
        sha,
        context,
        state: status.state,
        description: status.description,
        ...(status.targetUrl === undefined ? {} : { target_url: status.targetUrl }),
      }),
    () => octokit.rest.repos.getCommit({ ...place, ref: sha, per_page: 1 }),
  )
}
