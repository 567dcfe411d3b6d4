import { setTimeout as sleep } from 'node:timers/promises'
import type { Stack } from '../../test/journey/support/stack.ts'
import { apps, deploy, OWNER } from '../apps.ts'
import { partsInWords, roundTrip, WITH_TIMING, type Told } from '../load/requests.ts'
import { warmClient } from '../load/warm-client.ts'
import type { Isolation } from '../options.ts'
import { inWords, spread, type Row } from '../row.ts'
import { liveDeployment } from '../seed.ts'
import { becomes } from './frozen.ts'
import { changeWords } from './push-times.ts'

const DEPLOYS = 20
/** By then the deploy before is compiled ahead or put on disk, which begins three seconds after it and takes one or two. */
const SETTLE_MS = 5500

/** The first request that a deployment gets, once its commit says success. */
export async function benchFirstRequest(stack: Stack, isolation: Isolation): Promise<Row[]> {
  const { repository, host } = await deploy(stack, apps.hello)
  await using _ = repository
  await warmClient()
  const all: Told[] = []
  for (let round = 0; round < DEPLOYS; round++) {
    await sleep(SETTLE_MS)
    await changeWords(repository, `first ${round}`)
    const sha = await repository.commit()
    await repository.push()
    await stack.outcome(repository.fullName, sha, 'micropush/hello')
    const { id } = await liveDeployment(stack, `${OWNER}/hello`, 'hello')
    await becomes(stack, id, 'frozen')
    const told = await roundTrip({ port: stack.gatewayPort, host, headers: WITH_TIMING })
    if (told.body !== `first ${round}`) throw new Error(`the first request after a deploy got ${told.body}`)
    all.push(told)
  }
  const ours = spread(all.map((told) => told.ms))
  return [
    {
      part: 'deploy',
      what: `first request after a deploy under ${isolation}`,
      value: inWords(ours),
      beside: `where it goes: ${partsInWords(all)}`,
      bar: 'p50 ≤ 3 ms, p99 ≤ 15 ms',
      met: ours.p50 <= 3 && ours.p99 <= 15,
      numbers: { p50: ours.p50, p99: ours.p99 },
    },
  ]
}
