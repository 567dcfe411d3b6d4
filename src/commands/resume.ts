import { production } from '../../contract/deployment.ts'
import { sharesOwner } from '../../contract/names.ts'
import { targetStanding, targetHistory } from '../../contract/store/micros.ts'
import { endPause } from '../../contract/store/pauses.ts'
import { noteProgress, readProgress } from '../../contract/store/progress.ts'
import { microKey } from '../../contract/target-key.ts'
import { deployMicro } from '../deploy/deploy-micro.ts'
import { readWish } from '../deploy/read-wish.ts'
import type { Deps } from '../deps.ts'
import { readBranchHead } from '../github/branch-head.ts'
import { code } from '../github/markdown/code.ts'
import { chooseMicros } from './choose-micros.ts'
import { deploymentOf } from './deployment-of.ts'
import { beginPoint, endOf } from './follow-point.ts'
import { microNames } from './micro-names.ts'
import { refused, together, type Command, type Obeyed } from './obeyed.ts'

/**
 * `/resume [micro]`, the button, and the operator's command: production takes new commits again, and what its branch shows goes live. That is
 * pointed to where it is still kept, and built where it is not.
 */
export async function resume(command: Command, deps: Deps): Promise<Obeyed> {
  const pressed = await deploymentOf(command, deps)
  const names = pressed === undefined ? await microNames(deps.store, command.repositoryId) : [pressed.config.name]
  const chosen = chooseMicros({ words: command.words, names })
  if (chosen.kind === 'none') return refused(chosen.words)
  if (chosen.commit !== undefined) return refused(`There is no micro called ${chosen.commit}.`)
  const all = await Promise.all(chosen.names.map((micro) => resumeMicro({ command, micro }, deps)))
  const ends = all.filter((end) => end !== 'not paused')
  if (ends.length > 0) return together(ends)
  return refused(`${chosen.names.join(', ')}: not paused, there is nothing to resume.`)
}

/** Under which the progress of one micro's resume is noted. The operator asks for one at a time, and looks there. */
function resumeId({ deliveryId, from }: Command, micro: string): string {
  return from.kind === 'operator' ? deliveryId : `${deliveryId}-${micro}`
}

interface One {
  readonly command: Command
  readonly micro: string
}

async function resumeMicro({ command, micro }: One, deps: Deps): Promise<Obeyed | 'not paused'> {
  const { store, github } = deps
  const id = resumeId(command, micro)
  const key = microKey({ repositoryId: command.repositoryId, micro })
  const [{ pause, newest, live }, begun] = await Promise.all([targetStanding(store, key), readProgress(store, id)])
  if (begun?.state === 'done') return { kind: 'done' }
  const latest = newest ?? live
  if ((pause === undefined && begun === undefined) || latest === undefined) return 'not paused'
  const { branch } = latest
  const head = await readBranchHead(github.forInstallation(command.installationId), { ...command, branch })
  if (head === undefined) return refused(`${micro}: the branch ${code(branch)} is gone; it stays as it is.`)
  const history = await targetHistory(store, key)
  const kept = history.find((one) => one.state === 'live' && one.sha === head && sharesOwner(one, command))
  if (kept !== undefined && kept.id !== live?.id) {
    if (begun !== undefined && begun.state !== 'queued') return endOf(begun)
    const { by, sequence } = command
    return beginPoint({ why: 'resume', deploymentId: kept.id, pointId: id, by, sequence }, deps)
  }
  if (kept !== undefined) {
    await endPause(store, key)
    await noteProgress(store, id, { state: 'done', message: `${head.slice(0, 7)} is what its branch shows, and live.` })
    return { kind: 'done' }
  }
  return build({ command, micro, branch, sha: head }, deps)
}

interface Build extends One {
  readonly branch: string
  readonly sha: string
}

async function build({ command, micro, branch, sha }: Build, deps: Deps): Promise<Obeyed> {
  const { store } = deps
  const { installationId, repositoryId, owner, repository, sequence, receivedAtMs } = command
  const id = resumeId(command, micro)
  const key = microKey({ repositoryId, micro })
  const wish = await readWish({ ...command, sha }, deps)
  // What stands in a file may be anything, also what would call people or show pictures in a comment of ours.
  if (wish.kind === 'invalid')
    return { kind: 'refused', words: `${micro}: the config file is wrong:`, output: wish.message }
  const config = wish.kind === 'micros' ? wish.micros.find(({ name }) => name === micro) : undefined
  if (wish.kind === 'none' || config === undefined)
    return refused(`${micro}: the config file at ${sha.slice(0, 7)} has no such micro; it stays as it is.`)
  // Noted first: after an interruption the micro is not paused any more, and the deployment is still to be made.
  await noteProgress(store, id, { state: 'starting', message: `Deploying ${sha.slice(0, 7)}` })
  await endPause(store, key)
  const base = { installationId, repositoryId, owner, repository, sequence, receivedAtMs }
  const trigger = { ...base, branch, target: production }
  const why = await deployMicro({ trigger, sha, config, warnings: wish.warnings, asked: true }, deps)
  const { newest } = await targetStanding(store, key)
  await noteProgress(store, id, {
    state: 'done',
    message: `Resumed; ${why ?? `${sha.slice(0, 7)} is being deployed`}`,
    ...(newest === undefined ? {} : { deploymentId: newest.id }),
  })
  return { kind: 'done' }
}
