import { parseArgs } from 'node:util'
import { useDocker } from '../../../setup/docker.ts'
import { ensureRequirements } from '../../../setup/requirements.ts'
import { runChaos, RUNTIME } from './chaos.ts'
import { startOwnDocker } from './own-docker.ts'

/** `npm run chaos -- --seed 7 --minutes 10`: breaks a platform of its own at random, and says whether it recovered. */
const { values } = parseArgs({
  options: {
    seed: { type: 'string' },
    minutes: { type: 'string', default: '5' },
    settle: { type: 'string', default: '180' },
    keep: { type: 'string' },
  },
})
const seed = Number(values.seed ?? Math.floor(Date.now() / 1000) % 1_000_000)
const stopping = new AbortController()
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.on(signal, () => {
    if (stopping.signal.aborted) process.exit(130)
    console.log('Ends after this step. Once more ends at once, and leaves things behind.')
    stopping.abort()
  })
}
process.on('uncaughtException', (error) => {
  console.error(error instanceof SuppressedError ? [error.suppressed, error.error] : error)
  process.exit(1)
})
await ensureRequirements()
await using _machines = await useDocker('/var/run/docker.sock')
{
  await using docker = await startOwnDocker(RUNTIME)
  const { events, faults } = await runChaos({
    seed,
    docker,
    walkMs: Number(values.minutes) * 60_000,
    settleMs: Number(values.settle) * 1000,
    tell: (line) => console.log(line),
    signal: stopping.signal,
    keep: values.keep,
  })
  for (const fault of faults) console.log(`WRONG  ${fault}`)
  const end = stopping.signal.aborted
    ? 'stopped before the end'
    : faults.length === 0
      ? 'everything recovered'
      : `${faults.length} things did not recover`
  console.log(`seed ${seed}: ${events} events, ${end}`)
  if (faults.length > 0) process.exitCode = 1
  if (stopping.signal.aborted) process.exitCode = 130
}
