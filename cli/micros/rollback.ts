import { randomUUID } from 'node:crypto'
import { addPoint } from '../../contract/queue.ts'
import { chooseRollBack } from '../../contract/roll-back.ts'
import { nextSequence } from '../../contract/store/deployments.ts'
import { targetStanding, targetHistory } from '../../contract/store/micros.ts'
import { noteProgress } from '../../contract/store/progress.ts'
import { microOfKey } from '../../contract/target-key.ts'
import { say } from '../../setup/say.ts'
import { findMicros } from '../find-micros.ts'
import { Refusal } from '../refusal.ts'
import { showUsage } from '../show-usage.ts'
import { parseTarget, targetText } from '../target.ts'
import { UsageError } from '../usage-error.ts'
import { withQueues } from '../with-queues.ts'
import { OPERATOR } from './ask-bot.ts'
import { followProgress } from './follow.ts'

const usage = `usage: micropush rollback <owner>/<repo>/<micro> [<commit>|<deployment>]
Points production back to a deployment that is kept, with its environment and its secrets of then, without a build; to the one before the
live one when none is named. New commits are not deployed until: micropush resume. What is kept: micropush status.`

/** `micropush rollback …`; gives the exit code. */
export async function rollback(args: readonly string[], signal: AbortSignal): Promise<number> {
  const code = showUsage(args, usage)
  if (code !== undefined) return code
  const [first, wanted, ...more] = args
  const target = parseTarget(first)
  if (more.length > 0) throw new UsageError('One commit or deployment at a time.')
  if (wanted !== undefined && !/^(?:[0-9a-f]{4,40}|d[0-9a-f]{30})$/i.test(wanted))
    throw new UsageError(`"${wanted}" is neither a commit, four characters of it at least, nor the id of a deployment.`)
  return withQueues(async ({ store, queues }) => {
    const keys = await findMicros(store, target)
    const [key, ...others] = keys
    if (key === undefined || others.length > 0)
      throw new Refusal(`${target.fullName} has several micros; name one: ${keys.map(microOfKey).join(', ')}.`)
    const micro = microOfKey(key)
    const [{ live }, history] = await Promise.all([targetStanding(store, key), targetHistory(store, key)])
    const choice = chooseRollBack({ history, liveId: live?.id, wanted })
    if (choice.kind === 'none') throw new Refusal(`${micro}: ${choice.words}`)
    const pointId = randomUUID()
    const sequence = await nextSequence(store)
    await noteProgress(store, pointId, { state: 'queued', message: 'Queued' })
    const { id: deploymentId } = choice.deployment
    await addPoint(queues, { why: 'roll-back', deploymentId, pointId, by: OPERATOR, sequence })
    if (!(await followProgress({ store, signal }, { micro, id: pointId }))) return 1
    say(`${micro}: New commits are not deployed until: micropush resume ${targetText({ ...target, micro })}`)
    return 0
  })
}
