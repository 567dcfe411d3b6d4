import { chooseRollBack } from '../../contract/roll-back.ts'
import { targetStanding, targetHistory } from '../../contract/store/micros.ts'
import { readProgress } from '../../contract/store/progress.ts'
import { microKey } from '../../contract/target-key.ts'
import type { Deps } from '../deps.ts'
import { chooseMicros, listMicros } from './choose-micros.ts'
import { deploymentOf } from './deployment-of.ts'
import { beginPoint, endOf } from './follow-point.ts'
import { microNames } from './micro-names.ts'
import { refused, type Command, type Obeyed } from './obeyed.ts'

/** `/rollback [micro] [commit]`, and the button: points production to an older deployment that is kept. */
export async function rollBack(command: Command, deps: Deps): Promise<Obeyed> {
  const { deliveryId: pointId, by, sequence } = command
  const begun = await readProgress(deps.store, pointId)
  if (begun !== undefined && begun.state !== 'queued') return endOf(begun)
  const choice = await choose(command, deps)
  if (choice.kind === 'refused') return choice
  return beginPoint({ why: 'roll-back', deploymentId: choice.deploymentId, pointId, by, sequence }, deps)
}

type Choice = { readonly kind: 'chosen'; readonly deploymentId: string } | (Obeyed & { kind: 'refused' })

async function choose(command: Command, deps: Deps): Promise<Choice> {
  const { store } = deps
  const pressed = await deploymentOf(command, deps)
  const names = pressed === undefined ? await microNames(store, command.repositoryId) : [pressed.config.name]
  const chosen = chooseMicros({ words: command.words, names })
  if (chosen.kind === 'none') return refused(chosen.words)
  const [micro, ...more] = chosen.names
  if (micro === undefined || more.length > 0)
    return refused(`Name one micro: \`/rollback <micro>\`. ${listMicros(names)}`)
  const key = microKey({ repositoryId: command.repositoryId, micro })
  const [{ live }, history] = await Promise.all([targetStanding(store, key), targetHistory(store, key)])
  if (pressed !== undefined && pressed.id !== live?.id)
    return refused(`${pressed.sha.slice(0, 7)} is not what is live; there is nothing to roll back from it.`)
  const to = chooseRollBack({ history, liveId: live?.id, wanted: chosen.commit })
  return to.kind === 'found' ? { kind: 'chosen', deploymentId: to.deployment.id } : refused(`${micro}: ${to.words}`)
}
