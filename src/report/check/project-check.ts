import type { Deployment } from '../../../contract/deployment.ts'
import { keptForRollBack } from '../../../contract/roll-back.ts'
import { projectStatus } from '../status/project-status.ts'
import { summarize } from './summary.ts'

/** A button beside a commit; GitHub takes three at the most, and shows them once a run is completed. */
interface Action {
  readonly label: string
  readonly description: string
  readonly identifier: 'approve' | 'redeploy' | 'rollback' | 'resume'
}

/** A check run, but for its log and annotations: https://docs.github.com/rest/checks/runs */
export interface CheckRun {
  readonly name: string
  readonly status: 'queued' | 'in_progress' | 'completed'
  readonly conclusion:
    | 'success'
    | 'failure'
    | 'neutral'
    | 'cancelled'
    | 'skipped'
    | 'action_required'
    | 'timed_out'
    | undefined
  readonly title: string
  readonly summary: string
  readonly actions: readonly Action[]
}

/** How a deployment stands among those of its target. */
export interface Around {
  readonly newestId: string | undefined
  /** The one that the endpoint leads to. */
  readonly servedId: string | undefined
  readonly history: readonly Deployment[]
  /** Whether production takes no new commits since a roll-back. */
  readonly isPaused: boolean
}

const approve = { label: 'Approve', description: 'Deploy this commit', identifier: 'approve' } as const
const redeploy = { label: 'Redeploy', description: 'Build this commit again', identifier: 'redeploy' } as const
const rollBack = { label: 'Roll back', description: 'Serve the deployment before', identifier: 'rollback' } as const
const resume = { label: 'Resume', description: 'Deploy new commits again', identifier: 'resume' } as const

/**
 * The name of a micro's check run. It differs from the context of the commit status, `micropush/<micro>`: whoever requires one by its
 * name before a merge must not get the other, which is there only where the App has the right to it.
 */
export function checkName(micro: string): string {
  return `${micro} (log)`
}

/** A deployment's state as a check run. */
export function projectCheck(deployment: Deployment, around: Around, botUrl: string): CheckRun {
  const { status, conclusion } = phase(deployment)
  const { description, targetUrl } = projectStatus(
    { ...deployment, outcome: { ...deployment.outcome, url: '' } },
    botUrl,
  )
  const isReplaced = deployment.state === 'live' && around.servedId !== deployment.id
  return {
    name: checkName(deployment.config.name),
    status,
    conclusion,
    title: status === 'in_progress' ? 'Building' : isReplaced ? 'Was live, and was replaced' : description,
    summary: summarize(deployment, targetUrl === '' ? `${botUrl}/d/${deployment.id}` : targetUrl),
    actions: status === 'completed' ? actions(deployment, around) : [],
  }
}

function phase({ state, outcome }: Deployment): Pick<CheckRun, 'status' | 'conclusion'> {
  const completed = (conclusion: CheckRun['conclusion']) => ({ status: 'completed', conclusion }) as const
  switch (state) {
    case 'held':
      return completed('action_required')
    case 'queued':
      return { status: 'queued', conclusion: undefined }
    case 'fetching':
    case 'building':
    case 'starting':
      return { status: 'in_progress', conclusion: undefined }
    case 'live':
    case 'destroyed':
      return completed('success')
    case 'failed':
      return completed(isTimeOut(outcome.error?.code) ? 'timed_out' : 'failure')
    case 'cancelled':
    case 'superseded':
      return completed('cancelled')
    case 'skipped':
      return completed('skipped')
  }
}

function isTimeOut(code: string | undefined): boolean {
  return code === 'build-timeout' || code === 'start-timeout' || code === 'deadline'
}

function actions(deployment: Deployment, { newestId, servedId, history, isPaused }: Around): Action[] {
  const { id, state, target, sequence } = deployment
  const isProduction = target.kind === 'production'
  switch (state) {
    case 'held':
      return [approve]
    case 'live': {
      if (servedId !== id) return []
      const hasOlder = keptForRollBack(history).some((one) => one.id !== id && one.sequence < sequence)
      const back = isProduction && hasOlder ? [rollBack] : []
      return isProduction && isPaused ? [...back, resume] : [redeploy, ...back]
    }
    case 'failed':
    case 'cancelled':
      return newestId === id ? [redeploy] : []
    case 'skipped':
      return isProduction && isPaused ? [resume] : []
    case 'queued':
    case 'fetching':
    case 'building':
    case 'starting':
    case 'superseded':
    case 'destroyed':
      return []
  }
}
