import { once } from 'node:events'
import { say } from '../../setup/say.ts'
import { readSettings } from '../env.ts'
import { botService, gatewayService, runnerService } from '../start/services.ts'
import { supervise } from '../supervise.ts'

const parts = { bot: botService, runner: runnerService, gateway: gatewayService }

/** Runs parts of the platform until `signal`, each started again when it ends by itself, their logs on standard output; gives the exit code. */
export async function serve(names: readonly string[], signal: AbortSignal): Promise<number> {
  const settings = readSettings()
  const wanted = Object.entries(parts).filter(([name]) => names.includes(name))
  if (wanted.length === 0 || wanted.length !== names.length) {
    say(`Name one or more of: ${Object.keys(parts).join(', ')}.`)
    return 2
  }
  const running = wanted.map(([, service]) => supervise({ ...service(settings), logDir: undefined }, say))
  if (!signal.aborted) await once(signal, 'abort')
  await Promise.all(running.map((one) => one.stop()))
  return 0
}
