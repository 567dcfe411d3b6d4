import type { Octokit } from '@octokit/rest'
import { forbid, isForbidden } from '../../contract/store/reports/permissions.ts'
import { tellOnce } from '../../contract/store/reports/told.ts'
import { appendLog } from '../../contract/store/logs/deployment-logs.ts'
import { classifyFailure, isMissingRight } from '../github/classify-failure.ts'
import type { JobResult } from '../jobs/queue.ts'
import type { ReportDeps } from './deps.ts'
import type { Urgency } from './pace.ts'

/** Something that GitHub is to be told. */
export interface Write {
  readonly installationId: number
  /** Names what is to be told: only one job waits for the same. */
  readonly key: string
  /** The job's id. */
  readonly owner: string
  readonly urgency: Urgency
  readonly projection: 'status' | 'deployment' | 'check' | 'comment'
  /** Whose log gets a line when GitHub does not allow it. */
  readonly deploymentId?: string
}

/** The right that each needs, in the words of GitHub's page. */
const rights = {
  status: 'Commit statuses: read and write',
  deployment: 'Deployments: read and write',
  check: 'Checks: read and write',
  comment: 'Pull requests: read and write',
} as const

/** Either it was sent, with what GitHub answered, or what is to become of the job. */
export type Written<T> = { readonly kind: 'sent'; readonly answer: T } | JobResult

/**
 * Sends one request when the installation has its turn. What GitHub forbids for want of a right is left alone for an hour: it concerns
 * nobody's deployment.
 *
 * @throws Octokit's RequestError for what the queue decides on: what is final, and what to try again without a hint when.
 */
export async function write<T>(
  to: Write,
  deps: ReportDeps,
  send: (octokit: Octokit) => Promise<T>,
): Promise<Written<T>> {
  const { installationId } = to
  if (await isForbidden(deps.store, to)) {
    deps.pace.leave(to)
    return leaveOut(to, deps)
  }
  const turn = deps.pace.ask({ ...to, nowMs: deps.now() })
  if (turn.kind === 'covered') return { kind: 'done', what: 'another job waits to say so' }
  if (turn.kind === 'wait') return { kind: 'later', afterMs: turn.afterMs, why: 'pacing of writes to GitHub' }
  try {
    return { kind: 'sent', answer: await send(deps.github.forInstallation(installationId)) }
  } catch (error) {
    if (isMissingRight(error)) return noteMissingRight(to, deps)
    const failure = classifyFailure(error, deps.now())
    if (failure.kind === 'final' || failure.afterMs === undefined) throw error
    // Whoever goes on asking while GitHub wants silence is silenced for longer.
    deps.pace.hold(installationId, deps.now() + failure.afterMs)
    return { kind: 'later', afterMs: failure.afterMs, why: 'GitHub asks to wait' }
  }
}

async function noteMissingRight(to: Write, deps: ReportDeps): Promise<JobResult> {
  const { installationId, projection } = to
  deps.github.forget(installationId)
  if (await forbid(deps.store, to)) {
    const hint = `The App lacks the right "${rights[projection]}" here; whoever installed it accepts it on GitHub's page of the installation`
    deps.log.warn(
      { installation: installationId, projection, hint },
      'GitHub does not allow this; it is left out for an hour',
    )
  }
  return leaveOut(to, deps)
}

/** Says so in the log of the deployment that is not told of, once. */
async function leaveOut({ projection, deploymentId }: Write, { store }: ReportDeps): Promise<JobResult> {
  if (deploymentId !== undefined && (await tellOnce(store, { deploymentId, field: `left out: ${projection}` }))) {
    const text = `==> GitHub was not told by a ${projection}: the App lacks the right "${rights[projection]}" in this repository.\n`
    await appendLog(store, { id: deploymentId, text })
  }
  return { kind: 'done', what: `no right to write a ${projection}` }
}
