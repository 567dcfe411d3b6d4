import { isPending, newDeploymentId, type Deployment } from '../../contract/deployment.ts'
import { describePause } from '../../contract/pause.ts'
import { addDeploy, reportDeployment } from '../../contract/queue.ts'
import { createDeployment } from '../../contract/store/deployments.ts'
import { appendLog } from '../../contract/store/logs/deployment-logs.ts'
import { microsOfRepository, targetStanding, retireDeployments, type Standing } from '../../contract/store/micros.ts'
import { noteProgress } from '../../contract/store/progress.ts'
import { targetKey, microOfKey } from '../../contract/target-key.ts'
import { settleEnded } from '../deploy/settle-ended.ts'
import type { Deps } from '../deps.ts'
import { previewsOfPull } from '../pull/previews-of-pull.ts'
import { chooseMicros } from './choose-micros.ts'
import { deploymentOf } from './deployment-of.ts'
import { refused, together, type Command, type Obeyed } from './obeyed.ts'

/**
 * `/redeploy [micro]` on a pull request, and the button of any commit: builds the same commit again, from nothing.
 */
export async function redeploy(command: Command, deps: Deps): Promise<Obeyed> {
  const pressed = await deploymentOf(command, deps)
  if (pressed !== undefined) return redeployTarget({ command, key: targetKey(pressed), pressed }, deps)
  const keys = await targetsOf(command, deps)
  if (keys === undefined) return refused('There are previews on pull requests only.')
  const chosen = chooseMicros({ words: command.words, names: keys.map(microOfKey) })
  if (chosen.kind === 'none') return refused(chosen.words)
  const wanted = keys.filter((key) => chosen.names.includes(microOfKey(key)))
  return together(await Promise.all(wanted.map((key) => redeployTarget({ command, key }, deps))))
}

/** Keys of the targets that a command may be about: those of its pull request, or all of production for the operator. */
async function targetsOf({ from, repositoryId }: Command, { store }: Deps): Promise<string[] | undefined> {
  if (from.kind === 'operator') return microsOfRepository(store, repositoryId)
  if (from.kind === 'comment' && from.isPull) return previewsOfPull(store, { repositoryId, pull: from.issue })
  return undefined
}

interface Wanted {
  readonly command: Command
  readonly key: string
  /** The deployment whose button it was. */
  readonly pressed?: Deployment
}

async function redeployTarget({ command, key, pressed }: Wanted, deps: Deps): Promise<Obeyed> {
  const standing = await targetStanding(deps.store, key)
  const { newest, pause } = standing
  if (newest?.sequence === command.sequence) return enqueue(command, newest.id, deps)
  const of = pressed ?? newest
  const no = refusal({ ...standing, of })
  if (no !== undefined || of === undefined) return refused(no ?? 'There is nothing to deploy again.')
  if (pause !== undefined) return refused(`${describePause(pause, of)}.`)
  const { state: _, stateSinceMs: __, outcome: ___, ...base } = of
  const { owner, repository, installationId, sequence, receivedAtMs: createdAtMs } = command
  const id = newDeploymentId()
  const again = { ...base, owner, repository, installationId, id, sequence, createdAtMs, fresh: true }
  const made = await createDeployment(deps.store, again)
  switch (made.kind) {
    case 'created':
      await appendLog(deps.store, { id, text: `${of.config.name} at ${of.sha}, deployed again for ${command.by}\n` })
      if (made.supersededId !== undefined) await settleEnded([made.supersededId], deps)
      await settleEnded(await retireDeployments(deps.store, key), deps)
      return enqueue(command, id, deps)
    case 'exists':
      return enqueue(command, made.id, deps)
    case 'paused':
      return refused(`${describePause(made.pause, of)}.`)
    case 'stale':
      return refused('Something newer came meanwhile.')
    case 'name-taken':
      return refused(`The name ${of.config.name} is taken by another repository of ${owner}.`)
  }
}

async function enqueue({ from, deliveryId }: Command, id: string, { store, queues }: Deps): Promise<Obeyed> {
  await addDeploy(queues, id)
  await reportDeployment(queues, id)
  if (from.kind === 'operator')
    await noteProgress(store, deliveryId, { state: 'done', message: 'Deployed again', deploymentId: id })
  return { kind: 'done' }
}

type Stood = Pick<Standing, 'newest' | 'live' | 'ended'> & { readonly of: Deployment | undefined }

/**
 * Only what is wanted now is built again: an older commit would take the place of a newer one, and what has ended has no place any more.
 * GitHub shows a button of its own beside every check run, also of one that nobody ever approved.
 */
function refusal({ of, newest, live, ended }: Stood): string | undefined {
  if (of === undefined) return undefined
  const commit = `${of.config.name} at ${of.sha.slice(0, 7)}`
  if (of.id !== newest?.id && of.id !== live?.id)
    return `${commit} is neither live nor the newest; a roll-back brings an older one back.`
  if (of.state === 'held') return `${commit} waits for approval: \`/deploy\`.`
  if (isPending(of.state) || (newest !== undefined && isPending(newest.state) && newest.sha === of.sha))
    return `${commit} is being deployed already.`
  if (of.state === 'destroyed' || (ended !== undefined && ended.sequence >= of.sequence) || wasNeverBegun(of))
    return `${commit} has ended; a push, or \`/deploy\` on its pull request, brings it back.`
  return undefined
}

/** A preview that waited, and was never let through: its pull request was closed, or the time for it has passed. */
function wasNeverBegun({ state, target }: Deployment): boolean {
  return target.kind === 'preview' && (state === 'skipped' || state === 'cancelled' || state === 'superseded')
}
