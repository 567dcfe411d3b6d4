import { join } from 'node:path'
import { run } from '../../cli/run.ts'
import type { Stack } from '../../test/journey/support/stack.ts'
import { apps, bareApp, plainApp } from '../apps.ts'
import { bareInstall, bareStart } from '../peers/bare.ts'
import { dockerRun } from '../peers/plain-container.ts'
import type { Isolation } from '../options.ts'
import type { Row } from '../row.ts'
import { liveDeployment } from '../seed.ts'
import { median, ms } from '../statistics.ts'
import { changeLock, changeWords, measurePush, type PushTimes } from './push-times.ts'

const ROUNDS = 8
const INSTALLS = 7
const fixtures = join(import.meta.dirname, '..', 'fixtures')

/** A push that changes only source: until the new answer comes, and what of that is ours. */
export async function benchPush(stack: Stack, isolation: Isolation): Promise<Row[]> {
  await using repository = await stack.repository('bench/hello')
  await repository.copyFrom(join(fixtures, 'hello'))
  await measurePush(stack, repository, 'hello')
  const deployment = await liveDeployment(stack, 'bench/hello', 'hello')
  const bare = await bareApp(stack, apps.hello, deployment)
  const plain = await plainApp(stack, { app: apps.hello, deployment, isolation })
  const [pushes, boots, runs]: [PushTimes[], number[], number[]] = [[], [], []]
  for (let round = 0; round < ROUNDS; round++) {
    await changeWords(repository, `round ${round}`)
    pushes.push(await measurePush(stack, repository, `round ${round}`))
    boots.push(await bareStart(bare, stack.dataDir))
    runs.push(await dockerRun(plain, stack.dataDir))
  }
  const boot = median(boots)
  const answered = median(pushes.map((push) => push.answered))
  return [
    {
      part: 'push',
      what: `git push of changed source → new answer, under ${isolation} (hello micro, p50 of ${ROUNDS})`,
      value: ms(answered),
      beside: `bare start ${ms(boot)}; \`docker run\` until it answers ${ms(median(runs))}; stages ${stagesOf(pushes)}`,
      numbers: {
        answered,
        status: median(pushes.map(({ status }) => status)),
        bareStart: boot,
        dockerRun: median(runs),
      },
    },
  ]
}

/** A push that changes dependencies, in turns with `npm ci` on the bare host. */
export async function benchDependencies(stack: Stack, isolation: Isolation): Promise<Row[]> {
  await using repository = await stack.repository('bench/app')
  const folder = join(fixtures, 'app')
  await repository.copyFrom(folder)
  await measurePush(stack, repository, 'version')
  const pushes: PushTimes[] = []
  const installs: number[] = []
  for (let round = 0; round < INSTALLS; round++) {
    await changeLock(repository, `1.0.${round + 1}`)
    const push = async () => pushes.push(await measurePush(stack, repository, `version 1.0.${round + 1}`))
    const install = async () => installs.push(await bareInstall(folder, stack.dataDir))
    // Whoever comes second finds the machine as the first has left it: so they take turns, and nothing is left to be written.
    for (const measure of round % 2 === 0 ? [install, push] : [push, install]) {
      await run(['sync'])
      await measure()
    }
  }
  const ratios = (of: (push: PushTimes) => number) => pushes.map((push, round) => of(push) / (installs[round] ?? NaN))
  const buildRatio = median(ratios(({ stages }) => stages['build'] ?? NaN))
  const wholeRatio = median(ratios((push) => push.answered))
  return [
    {
      part: 'dependencies',
      what: `git push of changed dependencies → new answer, under ${isolation} (95 packages, p50 of ${INSTALLS})`,
      value: ms(median(pushes.map((push) => push.answered))),
      beside: `bare \`npm ci\` ${ms(median(installs))}; build stage ${buildRatio.toFixed(2)} ×, whole push ${wholeRatio.toFixed(2)} × that; stages ${stagesOf(pushes)}`,
      numbers: { buildRatio, wholeRatio, bareInstall: median(installs) },
    },
  ]
}

function stagesOf(pushes: readonly PushTimes[]): string {
  const stages = ['queued', 'fetch', 'prepare', 'build', 'start', 'publish']
  return stages.map((stage) => `${stage} ${ms(median(pushes.map((push) => push.stages[stage] ?? 0)))}`).join(', ')
}
