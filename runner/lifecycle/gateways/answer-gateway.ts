import { asMicropushError } from '../../../contract/errors.ts'
import type { FromEngine, FromGateway } from '../../gateway/protocol.ts'
import type { Runner } from '../../runner.ts'
import { examine } from '../end/examine.ts'
import type { Gateway } from './gateway-link.ts'
import { noteLate } from '../end/note-incident.ts'
import { endIfStuck } from '../end/end-if-stuck.ts'

const RETRY_SECONDS = 5

/** Answers what a gateway asks of the engine. */
export function answerGateway(runner: Runner, message: FromGateway, gateway: Gateway): void {
  switch (message.type) {
    case 'wake':
      runner.uses.mark(message.deploymentId)
      return void wake(runner, message.deploymentId, gateway).then((answer) => gateway.tell(answer))
    case 'idle':
      runner.uses.mark(message.deploymentId)
      return runner.fleet.idle(message.deploymentId, gateway)
    case 'holds':
      return runner.fleet.holds(message.deploymentIds, gateway)
    case 'load':
      return runner.fleet.load(message.deploymentId, gateway, message.requests)
    case 'drained':
      return runner.drains.drained(message.socket ?? message.deploymentId, gateway)
    case 'suspect':
      return void suspect(runner, message)
    case 'counts':
      return runner.metrics.counts(gateway, message)
    case 'pong':
    case 'answered':
  }
}

/** What is being looked into. The same told again meanwhile adds nothing, and a gateway that repeats itself must not keep Docker busy. */
const suspected = new WeakMap<Runner, Set<string>>()

async function suspect(runner: Runner, message: Extract<FromGateway, { type: 'suspect' }>): Promise<void> {
  const { deploymentId, socket, reason } = message
  const looking = suspected.get(runner) ?? new Set()
  suspected.set(runner, looking)
  const what = `${reason} ${deploymentId} ${socket}`
  if (looking.has(what)) return
  looking.add(what)
  try {
    runner.log.info(message, 'a micro did not answer as it should')
    if (reason !== 'broken') void noteLate(runner, deploymentId)
    if (reason === 'timeout') await endIfStuck(runner, message)
    else await examine(runner, deploymentId, socket)
  } finally {
    looking.delete(what)
  }
}

async function wake(runner: Runner, deploymentId: string, gateway: Gateway): Promise<FromEngine> {
  // Asked before: one that is paused is not even tried.
  const isPaused = runner.fleet.pauseSeconds(deploymentId) > 0
  try {
    return { type: 'awake', deploymentId, ...(await runner.fleet.wake(deploymentId, gateway)) }
  } catch (thrown) {
    const error = asMicropushError(thrown)
    runner.metrics.wakeFailed(error.fault)
    runner.log.warn({ err: thrown, deploymentId }, 'a micro could not be woken')
    void runner.appLogs.note(deploymentId, `It could not be started: ${error.message}`)
    return {
      type: 'unavailable',
      deploymentId,
      message: isPaused
        ? 'This micro ended several times in a row, and is given a pause before it is started again.'
        : error.fault === 'user'
          ? 'This micro fails when it is started.'
          : 'This micro cannot be started at the moment.',
      retryAfterSeconds: runner.fleet.pauseSeconds(deploymentId) || RETRY_SECONDS,
    }
  }
}
