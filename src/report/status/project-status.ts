import { formatSize } from '../../../contract/text/format-size.ts'
import type { Deployment } from '../../../contract/deployment.ts'
import { faultOf } from '../../../contract/errors.ts'
import { platformLimits } from '../../../contract/limits.ts'
import { fitDescription } from './fit-description.ts'

/** A commit status as GitHub takes it, but for its context. */
export interface Status {
  readonly state: 'pending' | 'success' | 'failure' | 'error'
  readonly description: string
  readonly targetUrl: string
}

/**
 * A deployment's state in GitHub's words. `failure` is for what the person who pushed can mend, `error` for the rest; a commit that
 * was to run and never did is never `success`, so that a required status does not let it through. One that is not to run at all is, so
 * that a required status does not keep it for ever.
 *
 * @param botUrl where people reach the bot, for the link to the log.
 */
export function projectStatus(deployment: Deployment, botUrl: string): Status {
  const { state, outcome } = deployment
  const log = `${botUrl}/d/${deployment.id}`
  const pending = (words: string): Status => ({
    state: 'pending',
    description: fitDescription(outcome.detail ?? words),
    targetUrl: log,
  })
  const ended = (words: string): Status => ({ state: 'error', description: fitDescription(words), targetUrl: log })
  switch (state) {
    case 'held':
      return { ...pending(''), description: fitDescription(describeHeld(deployment)) }
    case 'queued':
      return { ...pending('Queued'), description: 'Queued' }
    case 'fetching':
      return pending('Fetching the source')
    case 'building':
      return pending('Building')
    case 'starting':
      return pending('Starting')
    case 'live':
      return liveStatus(deployment, log)
    case 'failed':
      return { ...ended(outcome.error?.message ?? 'It failed; the log says more.'), state: failedState(deployment) }
    case 'cancelled':
      return ended(outcome.ended?.words ?? 'Cancelled')
    case 'superseded':
      return ended(`Superseded by ${outcome.supersededBy?.slice(0, 7) ?? 'a newer push'}`)
    case 'skipped':
      return { state: 'success', description: fitDescription(describeSkipped(deployment)), targetUrl: log }
    case 'destroyed':
      return { state: 'success', description: 'Was live, and has ended', targetUrl: log }
  }
}

/** A roll-back says who did it, on the commit that came back and on the one that went. */
function liveStatus(deployment: Deployment, log: string): Status {
  const { standing, url } = deployment.outcome
  const say = (words: string, targetUrl = url ?? log): Status => ({
    state: 'success',
    description: fitDescription(words),
    targetUrl,
  })
  switch (standing?.kind) {
    case 'restored':
      return say(`Live again since a roll-back by ${standing.by}`)
    case 'resumed':
      return say(`Live again since ${standing.by} resumed deployments`)
    case 'rolled-back':
      return say(`Rolled back to ${standing.to.slice(0, 7)} by ${standing.by}`, log)
    case undefined:
      return say(describeLive(deployment))
  }
}

/** What has to happen before a held one is deployed. */
export function describeHeld({ outcome }: Deployment): string {
  return `Waits for approval: ${outcome.detail ?? 'somebody with write access comments /deploy'}`
}

/** Why one is not deployed. */
export function describeSkipped({ outcome }: Deployment): string {
  return outcome.detail === undefined ? 'Skipped' : `Skipped: ${outcome.detail}`
}

function failedState({ outcome }: Deployment): 'failure' | 'error' {
  return outcome.error !== undefined && faultOf(outcome.error.code) === 'user' ? 'failure' : 'error'
}

/** `Live in 3.1 s · nodejs24 · 12 MB`, and each warning for which there is room. */
function describeLive({ outcome, createdAtMs, stateSinceMs }: Deployment): string {
  const { runtime, sizes, warnings } = outcome
  const facts = [`Live in ${formatSeconds(stateSinceMs - createdAtMs)}`]
  if (runtime !== undefined) facts.push(runtime)
  if (sizes !== undefined) facts.push(formatSize(sizes.sourceBytes + sizes.dependencyBytes))
  let description = facts.join(' · ')
  for (const warning of warnings ?? []) {
    const longer = `${description} · ${warning}`
    if (Array.from(longer).length <= platformLimits.statusDescriptionCharacters) description = longer
  }
  return fitDescription(description)
}

function formatSeconds(ms: number): string {
  const seconds = Math.max(0, ms) / 1000
  if (seconds >= 60) return `${Math.floor(seconds / 60)} min ${Math.floor(seconds % 60)} s`
  return `${seconds.toFixed(1)} s`
}
