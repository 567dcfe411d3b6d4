import { execFileSync } from 'node:child_process'
import { mkdir, writeFile } from 'node:fs/promises'
import { cpus, loadavg, tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { useDocker } from '../setup/docker.ts'
import { ensureRequirements } from '../setup/requirements.ts'
import { startStack, type Stack } from '../test/journey/support/stack.ts'
import { parseOptions, type Isolation, type PartName } from './options.ts'
import { benchBurst } from './parts/burst.ts'
import { benchCold } from './parts/cold.ts'
import { benchCrowd } from './parts/crowd.ts'
import { benchDeploys } from './parts/deploys.ts'
import { benchFirstRequest } from './parts/deploy.ts'
import { benchFrozen } from './parts/frozen.ts'
import { benchDependencies, benchPush } from './parts/push.ts'
import { benchSleepers } from './parts/sleepers.ts'
import { benchWarm } from './parts/warm.ts'
import { rowsTable, type Row } from './row.ts'

interface Part {
  readonly run: (stack: Stack, isolation: Isolation) => Promise<Row[]>
  /** Whether it is measured under each isolation, or under the first one that was asked for. */
  readonly each: boolean
  readonly env?: Readonly<Record<string, string>>
}

const QUICK = { MICROPUSH_IDLE_SECONDS: '0.3' }
const parts: Readonly<Record<PartName, Part>> = {
  push: { run: benchPush, each: false, env: QUICK },
  dependencies: { run: benchDependencies, each: false, env: QUICK },
  deploy: { run: benchFirstRequest, each: true },
  frozen: { run: benchFrozen, each: true, env: QUICK },
  cold: { run: benchCold, each: true },
  warm: { run: benchWarm, each: false },
  crowd: { run: benchCrowd, each: false, env: QUICK },
  burst: { run: (stack) => benchBurst(stack), each: false },
  deploys: { run: benchDeploys, each: false },
  sleepers: { run: benchSleepers, each: false, env: QUICK },
}

/** `npm run bench`: every bar, and in the same run what it is compared with. Each part has a stack of its own. */
let current: Stack | undefined
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  // What was started goes with us, hundreds of sandboxes perhaps; a second signal does not wait for that.
  process.once(signal, () => void Promise.resolve(current?.[Symbol.asyncDispose]()).finally(() => process.exit(130)))
}
const options = parseOptions(process.argv.slice(2))
await ensureRequirements()
await using _docker = await useDocker('/var/run/docker.sock')
const known = execFileSync('docker', ['info', '--format', '{{json .Runtimes}}'], { encoding: 'utf8' })
const isolations = options.isolations.filter((isolation) => isolation === 'runc' || known.includes('"runsc"'))
if (isolations.length < options.isolations.length) {
  console.warn('Not measured under gVisor: the Docker daemon does not know runsc (npm run install-gvisor).')
}
const head = `${cpus().length} cores, Node ${process.version}, ${new Date().toISOString()}, load before ${loadavg()[0]?.toFixed(2)}`
console.log(`# micropush bench\n\n${head}\n`)
const rows: Row[] = []
const failed: string[] = []
for (const name of options.only) {
  for (const isolation of parts[name].each ? isolations : isolations.slice(0, 1)) {
    const started = performance.now()
    try {
      rows.push(...(await benchPart(name, isolation)))
    } catch (error) {
      failed.push(
        `${name} under ${isolation}: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`,
      )
    }
    console.warn(`${name} under ${isolation}: ${((performance.now() - started) / 1000).toFixed(0)} s`)
  }
}
console.log(rowsTable(rows))
for (const words of failed) console.error(`\nCould not be measured: ${words}`)
const file = options.json ?? join(tmpdir(), 'micropush-bench', 'results.json')
await mkdir(dirname(file), { recursive: true })
await writeFile(file, `${JSON.stringify({ head, rows }, undefined, 2)}\n`)
console.log(`\nThe numbers are in ${file}; \`node bench/tell.ts ${file}\` puts them into the README.`)
if (failed.length > 0) process.exitCode = 1

async function benchPart(name: PartName, isolation: Isolation): Promise<Row[]> {
  const { run, env } = parts[name]
  const stack = await startStack({ MICROPUSH_SANDBOX: isolation, ...env })
  current = stack
  try {
    return await run(stack, isolation)
  } finally {
    current = undefined
    // What was measured counts, whatever becomes of the stack.
    try {
      await stack[Symbol.asyncDispose]()
    } catch (error) {
      console.warn(`${name}: something may be left: ${String(error)}`)
      for (const part of Object.values(stack.parts)) await part.kill()
      stack.store.redis.disconnect()
    }
  }
}
