import type { Deployment } from '../../contract/deployment.ts'
import { statusContext } from '../../contract/names.ts'
import type { ReportJob } from '../../contract/jobs.ts'
import type { Store } from '../../contract/store/connect.ts'
import { getDeployment } from '../../contract/store/deployments.ts'
import { lastSent, rememberSent } from '../../contract/store/sent.ts'
import type { GitHub } from '../github/client.ts'
import type { KeyedLock } from '../keyed-lock.ts'
import type { Log } from '../log.ts'
import type { JobResult } from '../queue.ts'
import { fitDescription } from './fit-description.ts'
import type { Pace } from './pace.ts'
import { projectStatus, type Status } from './project-status.ts'
import { decideSend, readSent, writeSent } from './sent.ts'
import { statusKey } from './status-key.ts'

export interface ReportDeps {
  readonly store: Store
  readonly github: GitHub
  readonly log: Log
  readonly botUrl: string
  readonly pace: Pace
  readonly lock: KeyedLock
  readonly now: () => number
}

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
 * Tells GitHub how a deployment stands *now*, whatever it was when the job was added: so a late job never takes an older state back,
 * and what changed meanwhile is said once. Nothing is sent that was sent before.
 *
 * @throws Octokit's RequestError; the queue decides what then.
 */
export async function handleReport(job: ReportJob, deps: ReportDeps): Promise<JobResult> {
  const place = await readReport(job, deps)
  if (place === undefined) return { kind: 'done', what: 'nothing to say' }
  return deps.lock(statusKey(place), async () => {
    // Read again: waiting for the one before may have taken a while.
    const report = await readReport(job, deps)
    return report === undefined ? { kind: 'done', what: 'nothing to say' } : sendOnce(report, deps)
  })
}

async function readReport(job: ReportJob, { store, botUrl }: ReportDeps): Promise<Report | undefined> {
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

async function sendOnce(report: Report, deps: ReportDeps): Promise<JobResult> {
  const key = statusKey(report)
  const sent = { sequence: report.sequence, ...report.status }
  const last = readSent(await lastSent(deps.store, key))
  if (report.over === 'pending' && last?.state !== 'pending') return { kind: 'done', what: 'nothing to say' }
  const decision = decideSend(last, sent)
  if (decision !== 'send') return { kind: 'done', what: decision }
  const urgency = report.status.state === 'pending' ? 'passing' : 'final'
  const afterMs = deps.pace({ installationId: report.installationId, urgency, nowMs: deps.now() })
  if (afterMs > 0) return { kind: 'later', afterMs, why: 'pacing of writes to GitHub' }
  await send(report, deps)
  await rememberSent(deps.store, { statusKey: key, value: writeSent(sent) })
  return { kind: 'done', what: report.status.state }
}

async function send({ status, ...place }: Report, { github, log }: ReportDeps): Promise<void> {
  await github.forInstallation(place.installationId).rest.repos.createCommitStatus({
    owner: place.owner,
    repo: place.repository,
    sha: place.sha,
    context: place.context,
    state: status.state,
    description: status.description,
    ...(status.targetUrl === undefined ? {} : { target_url: status.targetUrl }),
  })
  const { repository, sha, context } = place
  log.info({ repository: `${place.owner}/${repository}`, sha, context, state: status.state }, 'status sent')
}
