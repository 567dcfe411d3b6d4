import { MicropushError } from '../contract/errors.ts'
import { startBot } from './bot.ts'
import { readBotSettings, type BotSettings } from './env.ts'
import { createLog, type Log } from './log.ts'

/** What is in hand ends within this time; Docker and our own supervisor kill after 10 s. */
const CLOSE_DEADLINE_MS = 9500

await main()

async function main(): Promise<void> {
  const settings = readOrExit()
  const log = createLog({
    level: settings.logLevel,
    secrets: [settings.privateKey, settings.webhookSecret],
    write: (line) => process.stdout.write(line),
  })
  const bot = await startBot(settings, log)
  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    process.once(signal, () => {
      log.info({ signal }, 'bot closing')
      setTimeout(() => process.exit(1), CLOSE_DEADLINE_MS).unref()
      void closeAndExit(bot.close(), log)
    })
  }
  log.info({ port: bot.port, host: settings.botHost, github: settings.githubUrl }, 'bot ready')
}

async function closeAndExit(closing: Promise<void>, log: Log): Promise<void> {
  try {
    await closing
    process.exit(0)
  } catch (error) {
    log.error({ err: error }, 'bot did not close cleanly')
    process.exit(1)
  }
}

function readOrExit(): BotSettings {
  try {
    return readBotSettings()
  } catch (error) {
    if (!(error instanceof MicropushError)) throw error
    process.stderr.write(`${error.message}\n`)
    process.exit(1)
  }
}
