import { isPending, type Target } from '../../contract/deployment.ts'
import { sharesOwner } from '../../contract/names.ts'
import type { Standing } from '../../contract/store/micros.ts'
import type { Trigger } from './trigger.ts'

interface Wanted {
  readonly trigger: Pick<Trigger, 'sequence' | 'branch' | 'owner' | 'target'>
  readonly sha: string
  readonly state?: 'queued' | 'held'
  /** Whether somebody asked for it by name: then what was ended or failed is done again. */
  readonly asked?: boolean
}

/**
 * Whether this commit, or this very trigger, has its deployment already. One of another branch ends with that branch, which may have been
 * renamed to this one; one of another owner is served under that owner's name.
 */
export function isDone({ newest, ended }: Pick<Standing, 'newest' | 'ended'>, wanted: Wanted): boolean {
  const { trigger, sha, state = 'queued', asked = false } = wanted
  if (newest === undefined) return false
  if (newest.sequence === trigger.sequence) return true
  if (!sharesOwner(newest, trigger)) return false
  if (newest.sha !== sha || newest.branch !== trigger.branch || !isSame(newest.target, trigger.target)) return false
  // What was ended for its pull request's sake comes back with it; what was ended to give back its place waits until it is wanted.
  if (ended !== undefined && ended.sequence >= newest.sequence) return ended.end !== undefined && !asked
  if (newest.state === 'held') return state === 'held'
  if (isPending(newest.state) || newest.state === 'live') return true
  // A push of the same commit tries it again; that somebody gave the pull request a label does not.
  return newest.state === 'failed' && trigger.target.kind === 'preview' && !asked
}

function isSame(a: Target, b: Target): boolean {
  if (a.kind === 'production' || b.kind === 'production') return a.kind === b.kind
  return a.pull === b.pull && a.fork === b.fork && a.secrets === b.secrets
}
