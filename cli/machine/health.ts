import { z } from 'zod'
import { say } from '../../setup/say.ts'
import { readSettings } from '../env.ts'
import { getText } from '../get-text.ts'

const answer = z.looseObject({ parts: z.record(z.string(), z.string()) })

/** The parts of an answer that say something of the process itself, and not of the others. */
const ownParts = { bot: ['bot', 'queue'], runner: ['engine'] } as const

/**
 * Prints how micropush is and gives the exit code, 0 when it is well. `bot` and `runner` ask and judge that part alone, for a container's
 * health check; without a name the bot is asked for all of them.
 */
export async function health(part: string | undefined): Promise<number> {
  if (part !== undefined && part !== 'bot' && part !== 'runner') {
    say('Name bot, runner, or nothing for all parts.')
    return 2
  }
  const { botPort, sockets } = readSettings()
  const address = part === 'runner' ? { socketPath: sockets.runner } : { host: '127.0.0.1', port: botPort }
  try {
    const { parts } = answer.parse(JSON.parse(await getText({ ...address, path: '/healthz' })))
    const names = part === undefined ? Object.keys(parts) : ownParts[part]
    for (const name of names) say(`${name}: ${parts[name] ?? 'unknown'}`)
    return names.every((name) => parts[name] === 'ok') ? 0 : 1
  } catch (error) {
    say(`The ${part ?? 'bot'} does not answer: ${error instanceof Error ? error.message : String(error)}`)
    return 1
  }
}
