import { setTimeout as sleep } from 'node:timers/promises'
import type { Stack } from '../../test/journey/support/stack.ts'
import { apps, deploy } from '../apps.ts'
import { roundTrip } from '../load/requests.ts'
import { inWords, spread, type Row } from '../row.ts'
import { changeWords } from './push-times.ts'

const DEPLOYS = 20
const PER_SECOND = 200

/** Deploys while a client sends 200 requests a second, each on a connection of its own, whether or not others were answered. */
export async function benchDeploys(stack: Stack): Promise<Row[]> {
  const { repository, host } = await deploy(stack, apps.hello)
  await using _ = repository
  const failures: string[] = []
  const times: number[] = []
  const open = new Set<Promise<void>>()
  const ask = (): void => {
    const one = roundTrip({ port: stack.gatewayPort, host }).then(
      (told) => void times.push(told.ms),
      (error: unknown) => void failures.push(String(error)),
    )
    open.add(one)
    void one.then(() => open.delete(one))
  }
  let stopped = false
  const load = (async () => {
    const started = performance.now()
    for (let sent = 0; !stopped;) {
      const due = Math.floor(((performance.now() - started) / 1000) * PER_SECOND)
      for (; sent < due; sent++) ask()
      await sleep(2)
    }
  })()
  try {
    for (let round = 0; round < DEPLOYS; round++) {
      await changeWords(repository, `deploy ${round}`)
      const sha = await repository.commit()
      await repository.push()
      const outcome = await stack.outcome(repository.fullName, sha, 'micropush/hello')
      if (outcome.state !== 'success') throw new Error(`a deploy failed: ${outcome.description}`)
    }
  } finally {
    stopped = true
    await load
    await Promise.all(open)
  }
  const all = times.length + failures.length
  return [
    {
      part: 'deploys',
      what: `${DEPLOYS} deploys under ${PER_SECOND} requests a second`,
      value: `${failures.length} of ${all} failed${failures[0] === undefined ? '' : ` (${failures[0]})`}`,
      beside: inWords(spread(times)),
      bar: `0 failed in ${DEPLOYS} deploys`,
      met: failures.length === 0,
      numbers: { failed: failures.length, sent: all, ...spread(times) },
    },
  ]
}
