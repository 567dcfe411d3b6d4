import { pino } from 'pino'
import { MicropushError } from '../contract/errors.ts'
import { readSettings } from './env.ts'
import { startRunner } from './start-runner.ts'

const log = pino({ name: 'runner' })

try {
  const runner = await startRunner(readSettings(), log)
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => void end(runner.close()))
} catch (error) {
  log.fatal({ err: error }, error instanceof MicropushError ? error.message : 'the runner could not start')
  process.exit(1)
}

async function end(closing: Promise<void>): Promise<void> {
  try {
    await closing
    process.exit(0)
  } catch (error) {
    log.error({ err: error }, 'the runner did not stop cleanly')
    process.exit(1)
  }
}
