import { existsSync } from 'node:fs'
import { MicropushError } from '../contract/errors.ts'
import { githubAppFile } from '../contract/github-app.ts'
import { startBot } from './bot.ts'
import { openConnection, type Connection } from './connect/connection.ts'
import type { AppCredentials } from './connect/credentials.ts'
import { readStart, type BotSettings, type SetupSettings } from './env.ts'
import { createLog, type Log } from './log.ts'
import type { Secret } from './secret.ts'

/** What is in hand ends within this time; Docker and our own supervisor kill after 10 s. */
const CLOSE_DEADLINE_MS = 9500

await main()

async function main(): Promise<void> {
  const { settings, connection } = await readOrExit()
  const secrets: Secret[] = []
  const learn = ({ privateKey, webhookSecrets }: AppCredentials) => void secrets.push(privateKey, ...webhookSecrets)
  const known = connection.current()
  if (known !== undefined) learn(known)
  connection.onChange(learn)
  const log = createLog({ level: settings.logLevel, secrets, write: (line) => process.stdout.write(line) })
  warnOfUnused(settings, log)
  const bot = await startBot(settings, log, connection)
  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    process.once(signal, () => {
      log.info({ signal }, 'bot closing')
      setTimeout(() => process.exit(1), CLOSE_DEADLINE_MS).unref()
      void closeAndExit(bot.close(), log)
    })
  }
  log.info({ port: bot.port, host: settings.botHost, github: known?.githubUrl ?? settings.githubUrl }, 'bot ready')
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

async function readOrExit(): Promise<{ settings: BotSettings | SetupSettings; connection: Connection }> {
  try {
    const settings = readStart()
    return { settings, connection: await openConnection(settings) }
  } catch (error) {
    if (!(error instanceof MicropushError)) throw error
    process.stderr.write(`${error.message}\n`)
    process.exit(1)
  }
}

function warnOfUnused(settings: BotSettings | SetupSettings, log: Log): void {
  const file = githubAppFile(settings.dataDir)
  if (!('appId' in settings) || !existsSync(file)) return
  log.warn(
    { file },
    'the App of the environment (APP_ID) is used, and the one that was connected by the setup page is not',
  )
}
