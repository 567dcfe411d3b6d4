import { randomBytes } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { readGitHubApp, writeGitHubApp, type StoredGitHubApp } from '../../contract/github-app.ts'
import { say } from '../../setup/say.ts'
import { hasAppInEnvironment, readSettings } from '../env.ts'
import { Refusal } from '../refusal.ts'
import { UsageError } from '../usage-error.ts'

const USUAL_GRACE_MINUTES = 60
/** GitHub sends a delivery again within three days. */
const LONGEST_GRACE_MINUTES = 3 * 24 * 60
const PATIENCE_MS = 20_000

/**
 * `micropush connect rotate-secret`: orders a new webhook secret in the App's file. The bot does the rest, and goes on with it after a
 * restart: it accepts both, tells GitHub, and drops the former one when the grace has passed. Gives the exit code.
 */
export async function rotateSecret(args: readonly string[], signal: AbortSignal): Promise<number> {
  const graceMs = readGrace(args)
  const { dataDir } = readSettings()
  if (hasAppInEnvironment()) {
    throw new Refusal(
      "The webhook secret is in the environment. Set WEBHOOK_SECRET to a new one and WEBHOOK_SECRET_FORMER to the one of today, restart the bot, change it in the App's settings on GitHub, and take WEBHOOK_SECRET_FORMER out an hour later.",
    )
  }
  const app = await readGitHubApp(dataDir)
  if (app === undefined) throw new Refusal('No App is connected. Run micropush connect first.')
  const wanted = app.next?.webhookSecret ?? randomBytes(32).toString('hex')
  if (app.next === undefined) await order(dataDir, app, { webhookSecret: wanted, graceMs })
  else say('A rotation that was ordered before is under way.')
  for (const deadline = Date.now() + PATIENCE_MS; Date.now() < deadline && !signal.aborted; await sleep(200)) {
    const now = await readGitHubApp(dataDir)
    if (now?.webhookSecret === wanted) return done(now)
    // The bot wrote down something else at the same moment.
    if (now !== undefined && now.next === undefined) await order(dataDir, now, { webhookSecret: wanted, graceMs })
  }
  say(
    'The order is kept, but was not carried out yet: the bot does not run, or does not reach GitHub. Nothing is lost meanwhile, and it goes on by itself.',
  )
  return 1
}

function order(dataDir: string, app: StoredGitHubApp, next: NonNullable<StoredGitHubApp['next']>): Promise<void> {
  return writeGitHubApp(dataDir, { ...app, next })
}

function done({ former }: StoredGitHubApp): number {
  say('✓ GitHub signs with the new secret.')
  if (former !== undefined) say(`  The former one is accepted until ${new Date(former.untilMs).toISOString()}.`)
  return 0
}

function readGrace(args: readonly string[]): number {
  const [first = `--grace=${USUAL_GRACE_MINUTES}`, ...more] = args
  const minutes = Number(/^--grace=(\d{1,4})$/.exec(first)?.[1] ?? Number.NaN)
  if (more.length > 0 || !(minutes <= LONGEST_GRACE_MINUTES)) {
    throw new UsageError(`Write --grace=<minutes>, at most ${LONGEST_GRACE_MINUTES}.`)
  }
  return minutes * 60_000
}
