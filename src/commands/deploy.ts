import type { Deployment } from '../../contract/deployment.ts'
import { targetStanding } from '../../contract/store/micros.ts'
import { microOfKey } from '../../contract/target-key.ts'
import type { Deps } from '../deps.ts'
import { acceptEvent } from '../events/accept.ts'
import { approvePull } from '../pull/approve-pull.ts'
import { fetchPull } from '../pull/fetch-pull.ts'
import { previewsOfPull } from '../pull/previews-of-pull.ts'
import { chooseMicros } from './choose-micros.ts'
import { deploymentOf } from './deployment-of.ts'
import { refused, type Command, type Obeyed } from './obeyed.ts'
import { redeploy } from './redeploy.ts'

/** The button Approve: lets the one commit through whose button it is. */
export async function approve(command: Command, deps: Deps): Promise<Obeyed> {
  const pressed = await deploymentOf(command, deps)
  if (pressed?.target.kind !== 'preview') return refused('There is nothing that waits for approval.')
  return letThrough({ command, pull: pressed.target.pull, sha: pressed.sha }, deps)
}

/**
 * `/deploy [micro] [commit]` on a pull request: lets its newest commit through where that waits for approval, builds its previews again where
 * it has some, and brings them back where they ended or were skipped.
 */
export async function deploy(command: Command, deps: Deps): Promise<Obeyed> {
  const { from, repositoryId, words } = command
  if (from.kind !== 'comment' || !from.isPull) return refused('There are previews on pull requests only.')
  const keys = await previewsOfPull(deps.store, { repositoryId, pull: from.issue })
  const standings = await Promise.all(keys.map((key) => targetStanding(deps.store, key)))
  const newest = standings.flatMap((one) => one.newest ?? [])
  const held = newest.find(({ state }) => state === 'held')
  const chosen = chooseMicros({ words, names: keys.map(microOfKey) })
  if (chosen.kind === 'none' && (keys.length > 0 || words.length > 0)) return refused(chosen.words)
  const commit = chosen.kind === 'chosen' ? chosen.commit : undefined
  if (held !== undefined) return approveHeld({ command, held, commit }, from.issue, deps)
  const isServed = newest.length > 0 && newest.every(({ state }) => state === 'live' || state === 'failed')
  return isServed
    ? redeploy({ ...command, words: words.filter((word) => word !== commit) }, deps)
    : ask(command, from.issue, deps)
}

interface Held {
  readonly command: Command
  readonly held: Deployment
  readonly commit: string | undefined
}

/**
 * Who approves has looked at what was there: a commit that came after the comment is not let through by it, unless all of its name stands in
 * it. The first characters of a name can be had by another commit: to search one with the same seven takes minutes.
 */
async function approveHeld({ command, held, commit }: Held, pull: number, deps: Deps): Promise<Obeyed> {
  const short = held.sha.slice(0, 7)
  if (commit !== undefined && !held.sha.startsWith(commit))
    return refused(`${commit} is not what waits for approval; that is ${short}.`)
  if (commit !== held.sha && held.createdAtMs > saidAt(command))
    return refused(`${short} came after your comment. Look at it, and write \`/deploy ${held.sha}\`.`)
  return letThrough({ command, pull, sha: held.sha }, deps)
}

function saidAt({ saidAtMs, receivedAtMs }: Command): number {
  return saidAtMs ?? receivedAtMs
}

interface Approved {
  readonly command: Command
  readonly pull: number
  readonly sha: string
}

async function letThrough({ command, pull, sha }: Approved, deps: Deps): Promise<Obeyed> {
  const { repositoryId, by } = command
  const approval = await approvePull(deps, { repositoryId, pull, sha, by })
  return approval.kind === 'approved' ? { kind: 'done' } : refused(`${approval.why}.`)
}

/** The pull request is looked at as if something had happened to it, and its previews are wanted whatever was before. */
async function ask(command: Command, pull: number, deps: Deps): Promise<Obeyed> {
  const { installationId, repositoryId, owner, repository, receivedAtMs, by, deliveryId } = command
  const shown = await fetchPull(deps.github.forInstallation(installationId), { owner, repository, repositoryId, pull })
  if (!shown?.open) return refused(`#${pull} is closed.`)
  const base = { deliveryId: `${deliveryId}-pull`, installationId, repositoryId, owner, repository, receivedAtMs }
  await acceptEvent(deps, {
    queue: 'pull',
    job: { ...base, pull, asked: { by, sha: shown.head.sha, atMs: saidAt(command) } },
  })
  return { kind: 'done' }
}
