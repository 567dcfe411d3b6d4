import { existsSync, readFileSync } from 'node:fs'
import { z } from 'zod'
import { MicropushError } from '../contract/errors.ts'
import { githubAppFile } from '../contract/github-app.ts'
import { parseSettings, type Settings } from '../contract/settings.ts'
import { asPkcs8 } from './github/private-key.ts'
import { Secret } from './secret.ts'

const logLevel = z.enum(['trace', 'debug', 'info', 'warn', 'error', 'fatal']).default('info')

const credentials = z.object({
  APP_ID: z.coerce.number('must be the number of the GitHub App').int().positive(),
  PRIVATE_KEY: z.string().optional(),
  PRIVATE_KEY_PATH: z.string().optional(),
  WEBHOOK_SECRET: z
    .string('is missing; it is the one that was set for the webhook of the GitHub App')
    .refine((value) => value !== 'development', 'must not be `development`, which everybody knows'),
  /** The one before, as long as GitHub may still sign with it. */
  WEBHOOK_SECRET_FORMER: z.string().optional(),
})

const CREDENTIALS = ['APP_ID', 'PRIVATE_KEY', 'PRIVATE_KEY_PATH', 'WEBHOOK_SECRET'] as const

/** What the bot needs when the App is not in its environment: it is in the data folder, or to be made through the bot's page. */
export interface SetupSettings extends Settings {
  /** Where people reach the bot, when the environment says so. */
  readonly givenBotUrl: string | undefined
  readonly logLevel: string
}

export interface BotSettings extends SetupSettings {
  readonly appId: number
  readonly privateKey: Secret
  readonly webhookSecret: Secret
  readonly formerWebhookSecret: Secret | undefined
}

type Environment = Readonly<Record<string, string | undefined>>

/**
 * The bot's settings, with the GitHub App that the environment names; without it where GitHub was asked for by `MICROPUSH_GITHUB`, or
 * an App was connected before.
 *
 * @throws MicropushError `setup-incomplete`, naming each variable at fault.
 */
export function readStart(env: Environment = process.env): BotSettings | SetupSettings {
  if (CREDENTIALS.some((name) => (env[name] ?? '') !== '')) return readBotSettings(env)
  const settings = readSetupSettings(env)
  if (settings.github !== undefined || existsSync(githubAppFile(settings.dataDir))) return settings
  return readBotSettings(env)
}

/**
 * The bot's settings from the environment: the common ones, and the GitHub App's `APP_ID`, `PRIVATE_KEY` or `PRIVATE_KEY_PATH`,
 * and `WEBHOOK_SECRET`.
 *
 * @throws MicropushError `setup-incomplete`, naming each variable at fault.
 */
export function readBotSettings(env: Environment = process.env): BotSettings {
  const settings = readSetupSettings(env)
  const parsed = credentials.safeParse(presentIn(env))
  if (!parsed.success) {
    const faults = parsed.error.issues.map((issue) => `${issue.path.join('.')} ${issue.message}`)
    throw new MicropushError(
      'setup-incomplete',
      `The bot cannot start without a GitHub App. ${faults.join('; ')}. Or set none of them and MICROPUSH_GITHUB=1: the bot's page then leads through making one.`,
    )
  }
  return {
    ...settings,
    appId: parsed.data.APP_ID,
    privateKey: new Secret(readPrivateKey(parsed.data)),
    webhookSecret: new Secret(parsed.data.WEBHOOK_SECRET),
    formerWebhookSecret:
      parsed.data.WEBHOOK_SECRET_FORMER === undefined ? undefined : new Secret(parsed.data.WEBHOOK_SECRET_FORMER),
  }
}

function readSetupSettings(env: Environment): SetupSettings {
  const settings = parseSettings(env)
  const parsed = z.object({ LOG_LEVEL: logLevel }).safeParse(presentIn(env))
  if (!parsed.success) {
    const faults = parsed.error.issues.map((issue) => `${issue.path.join('.')} ${issue.message}`)
    throw new MicropushError('setup-incomplete', `These environment variables cannot be used. ${faults.join('; ')}`)
  }
  const givenBotUrl = presentIn(env)['MICROPUSH_BOT_URL'] === undefined ? undefined : settings.botUrl
  return { ...settings, givenBotUrl, logLevel: parsed.data.LOG_LEVEL }
}

function presentIn(env: Environment): Environment {
  return Object.fromEntries(Object.entries(env).filter(([, value]) => value !== undefined && value !== ''))
}

function readPrivateKey(from: z.infer<typeof credentials>): string {
  const text = from.PRIVATE_KEY?.replaceAll(String.raw`\n`, '\n') ?? readKeyFile(from.PRIVATE_KEY_PATH)
  const name = from.PRIVATE_KEY === undefined ? 'PRIVATE_KEY_PATH' : 'PRIVATE_KEY'
  try {
    return asPkcs8(decodeKey(text))
  } catch (cause) {
    throw new MicropushError('setup-incomplete', `${name} does not hold an RSA private key in PEM form.`, { cause })
  }
}

/** Environments that cannot hold line breaks hold the key in base64. */
function decodeKey(text: string): string {
  return text.includes('-----BEGIN') ? text : Buffer.from(text, 'base64').toString('utf8')
}

function readKeyFile(path: string | undefined): string {
  if (path === undefined) {
    throw new MicropushError('setup-incomplete', 'PRIVATE_KEY or PRIVATE_KEY_PATH is missing.')
  }
  try {
    return readFileSync(path, 'utf8')
  } catch (cause) {
    throw new MicropushError('setup-incomplete', `PRIVATE_KEY_PATH: ${path} cannot be read.`, { cause })
  }
}
