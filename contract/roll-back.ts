import type { Deployment } from './deployment.ts'
import { sharesOwner } from './names.ts'

export type RollBackChoice =
  | { readonly kind: 'found'; readonly deployment: Deployment }
  /** There is none; the words say why, and what there is. */
  | { readonly kind: 'none'; readonly words: string }

interface Choice {
  /** Deployments of the micro, the newest first. */
  readonly history: readonly Deployment[]
  /** The one that production leads to. */
  readonly liveId: string | undefined
  /** A deployment's id or the beginning of a commit's; the one before the live one when absent. */
  readonly wanted: string | undefined
}

/** Which of a micro's kept deployments a roll-back is to. */
export function chooseRollBack({ history, liveId, wanted }: Choice): RollBackChoice {
  const kept = keptForRollBack(history)
  const live = kept.find(({ id }) => id === liveId)
  if (live === undefined) return { kind: 'none', words: 'Nothing of it is live.' }
  // One from before a transfer belongs to host names of the former owner.
  const others = kept.filter(({ id, owner }) => id !== liveId && sharesOwner({ owner }, live))
  if (wanted === undefined) {
    const before = others.find(({ sequence }) => sequence < live.sequence)
    if (before !== undefined) return { kind: 'found', deployment: before }
    return { kind: 'none', words: `Nothing older than ${live.sha.slice(0, 7)} is kept. ${describeKept(others)}` }
  }
  const text = wanted.toLowerCase()
  const found = [live, ...others].filter(({ id, sha }) => id === text || sha.startsWith(text))
  if (found.length === 0) return { kind: 'none', words: `No deployment of ${wanted} is kept. ${describeKept(others)}` }
  if (new Set(found.map(({ sha }) => sha)).size > 1)
    return { kind: 'none', words: `${wanted} begins more than one kept commit; write more of it.` }
  const other = found.find(({ id }) => id !== liveId)
  if (other === undefined) return { kind: 'none', words: `${wanted} is what is live.` }
  return { kind: 'found', deployment: other }
}

/** Those that production can be pointed to at once, the newest first. */
export function keptForRollBack(history: readonly Deployment[]): Deployment[] {
  return history.filter(({ state }) => state === 'live')
}

function describeKept(others: readonly Deployment[]): string {
  if (others.length === 0) return 'No other one is kept.'
  const shas = [...new Set(others.map(({ sha }) => sha.slice(0, 7)))]
  return `There ${shas.length === 1 ? 'is' : 'are'} ${shas.join(', ')}.`
}
