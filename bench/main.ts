import { cpus } from 'node:os'
import { join } from 'node:path'
import { startStack, type Stack } from '../test/journey/support/stack.ts'
import { run } from '../cli/run.ts'
import { useDocker } from '../setup/docker.ts'
import { ensureRequirements } from '../setup/requirements.ts'
import { bareBoot, bareInstall, dockerRun } from './bare.ts'
import { changeLock, changeWords, measurePush, type PushTimes } from './push.ts'
import { measureDirect, measureWake, measureWarm } from './requests.ts'
import { asleep, liveSocket } from './sandboxes.ts'
import { median, ms, percentile, table } from './statistics.ts'

const ROUNDS = 10
const INSTALLS = 9
const REQUESTS = 1000
const WAKES = 20
const fixtures = join(import.meta.dirname, 'fixtures')
const isolation = process.env['MICROPUSH_SANDBOX'] ?? 'runc'

/** `npm run bench`: what a push, a request and a wake take, and in the same run what bounds each. */
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => process.exit(130))
await ensureRequirements()
await using _docker = await useDocker('/var/run/docker.sock')
const stack = await startStack({ MICROPUSH_SANDBOX: isolation, MICROPUSH_IDLE_SECONDS: '0.3' })
try {
  console.log(
    `# micropush bench\n\n${cpus().length} cores, Node ${process.version}, sandbox ${isolation}, ${new Date().toISOString()}\n`,
  )
  await benchSourceChange(stack)
  await benchDependencyChange(stack)
  await benchRequests(stack)
} finally {
  await stack[Symbol.asyncDispose]()
}

async function benchSourceChange(stack: Stack): Promise<void> {
  await using repository = await stack.repository('bench/hello')
  await repository.copyFrom(join(fixtures, 'hello'))
  await measurePush(stack, repository, 'hello')
  const pushes: PushTimes[] = []
  const boots: number[] = []
  const runs: number[] = []
  const image = await imageOf('nodejs24')
  for (let round = 0; round < ROUNDS; round++) {
    await changeWords(repository, `round ${round}`)
    pushes.push(await measurePush(stack, repository, `round ${round}`))
    boots.push(await bareBoot(join(fixtures, 'hello'), 18_000 + round))
    runs.push(await dockerRun(image, isolation === 'gvisor' ? 'runsc' : 'runc'))
  }
  const boot = median(boots)
  const answered = median(pushes.map((push) => push.answered))
  console.log(`## A push that changes only source (hello micro, p50 of ${ROUNDS})\n`)
  console.log(
    table(
      ['what', 'time'],
      [
        ...stageRows(pushes),
        ['git push → new answer from the endpoint', ms(answered)],
        ['git push → status success on the commit', ms(median(pushes.map((push) => push.status)))],
        ['bound: bare `node server.js` → first answer', ms(boot)],
        ['bound: bare `docker run … true`', ms(median(runs))],
        ['**the platform’s own share** (all but the boot)', `**${ms(answered - boot)}**`],
      ],
    ),
  )
  console.log()
}

async function benchDependencyChange(stack: Stack): Promise<void> {
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
  const bare = median(installs)
  const answered = median(pushes.map((push) => push.answered))
  const ratios = (of: (push: PushTimes) => number) =>
    pushes.map((push, round) => of(push) / (installs[round] ?? Number.NaN))
  const buildRatio = median(ratios(({ stages }) => stages['build'] ?? Number.NaN))
  const wholeRatio = median(ratios((push) => push.answered))
  console.log(`## A push that changes dependencies (95 packages, p50 of ${INSTALLS}, ratios round by round)\n`)
  console.log(
    table(
      ['what', 'time'],
      [
        ...stageRows(pushes),
        ['git push → new answer from the endpoint', ms(answered)],
        ['bound: bare `npm ci` with an empty cache', ms(bare)],
        ['**build stage ÷ bare install**', `**${buildRatio.toFixed(2)}**`],
        ['whole push ÷ bare install', wholeRatio.toFixed(2)],
      ],
    ),
  )
  console.log()
}

async function benchRequests(stack: Stack): Promise<void> {
  const host = stack.host('hello--bench')
  const warm = await measureWarm(stack, host, REQUESTS)
  const direct = await measureDirect(await liveSocket(stack), REQUESTS)
  const wake = await measureWake(stack, host, { count: WAKES, asleep: () => asleep(stack) })
  console.log('## A request\n')
  console.log(
    table(
      ['what', 'p50', 'p99'],
      [
        row('warm, through the gateway', warm),
        row('bound: straight to the sandbox’s socket', direct),
        row(`asleep → answered (${WAKES} times)`, wake),
      ],
    ),
  )
}

function row(what: string, times: readonly number[]): string[] {
  return [what, ms(median(times)), ms(percentile(times, 99))]
}

function stageRows(pushes: readonly PushTimes[]): string[][] {
  return ['queued', 'fetch', 'prepare', 'build', 'start', 'publish'].map((stage) => [
    `stage ${stage}`,
    ms(median(pushes.map(({ stages }) => stages[stage] ?? 0))),
  ])
}

async function imageOf(runtime: string): Promise<string> {
  const listed = await run(['docker', 'images', '--format', '{{.Repository}}:{{.Tag}}', `micropush/${runtime}`])
  return listed.split('\n')[0] ?? ''
}
