import { parseGitHubAddress } from '../../contract/github-address.ts'
import { ensureSetupToken, readGitHubApp, setupLink } from '../../contract/github-app.ts'
import type { Settings } from '../../contract/settings.ts'
import { parseJson } from '../../contract/text/parse-json.ts'
import { say } from '../../setup/say.ts'
import { hasAppInEnvironment, readSettings } from '../env.ts'
import { Refusal } from '../refusal.ts'
import { start } from '../start/start.ts'
import { UsageError } from '../usage-error.ts'
import { rotateSecret } from './rotate-secret.ts'

const usage = `usage: micropush connect [https://github.example.com]
         print the link to the bot's page that makes a GitHub App, or that says how it stands; starts everything when nothing runs
       micropush connect rotate-secret [--grace=<minutes>]
         a new webhook secret, without losing a delivery; the former one is good for an hour more, or for what --grace says`

/** `micropush connect …`; gives the exit code. */
export async function connect(args: readonly string[], signal: AbortSignal): Promise<number> {
  const [first, ...more] = args
  if (first === '--help') {
    say(usage)
    return 0
  }
  if (first === 'rotate-secret') return rotateSecret(more, signal)
  if (more.length > 0) throw new UsageError(usage)
  const github = first ?? '1'
  if (parseGitHubAddress(github) === undefined) {
    throw new UsageError(`"${github}" is no address of a GitHub, such as https://github.example.com.\n${usage}`)
  }
  const settings = readSettings()
  const said = await askBot(settings)
  if (said === undefined) {
    refuseEnvironment()
    await start(signal, first ?? (settings.github === undefined ? github : settings.github.webUrl))
    return 0
  }
  const app = await readGitHubApp(settings.dataDir)
  if (app === undefined && said['GitHub'] === undefined) {
    throw new Refusal(
      'The bot that runs has its App from its environment: the forge, or APP_ID. Stop it, and run micropush connect again.',
    )
  }
  if (app !== undefined) say(`Connected to ${app.webUrl} as ${app.name} (${app.htmlUrl}).`)
  say(app === undefined ? 'Open this link to connect; it works once:' : 'How it stands, by a link that works once:')
  say(`  ${setupLink(settings.botUrl, await ensureSetupToken(settings.dataDir))}`)
  return 0
}

/** What the running bot says of its parts; undefined when none runs. */
async function askBot({ botPort }: Settings): Promise<Readonly<Record<string, string>> | undefined> {
  try {
    const answer = await fetch(`http://127.0.0.1:${botPort}/healthz`, { signal: AbortSignal.timeout(5000) })
    const said = parseJson(await answer.text()) as { readonly parts?: Readonly<Record<string, string>> } | undefined
    return said?.parts
  } catch {
    // Nothing listens: it does not run.
    return undefined
  }
}

function refuseEnvironment(): void {
  if (!hasAppInEnvironment()) return
  throw new Refusal(
    'APP_ID is set, and the App of the environment wins. Take APP_ID, PRIVATE_KEY and WEBHOOK_SECRET out of it first.',
  )
}
