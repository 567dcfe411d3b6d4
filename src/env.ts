import { createPrivateKey } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { z } from 'zod'
import { MicropushError } from '../contract/errors.ts'
import { parseSettings, type Settings } from '../contract/settings.ts'
import { Secret } from './secret.ts'

const credentials = z.object({
  APP_ID: z.coerce.number('must be the number of the GitHub App').int().positive(),
  PRIVATE_KEY: z.string().optional(),
  PRIVATE_KEY_PATH: z.string().optional(),
  WEBHOOK_SECRET: z
    .string('is missing; it is the one that was set for the webhook of the GitHub App')
    .refine((value) => value !== 'development', 'must not be `development`, which everybody knows'),
  LOG_LEVEL: z.enum(['trace', 'debug', 'info', 'warn', 'error', 'fatal']).default('info'),
})

export interface BotSettings extends Settings {
  readonly appId: number
  readonly privateKey: Secret
  readonly webhookSecret: Secret
  readonly logLevel: string
}

/**
 * The bot's settings from the environment: the common ones, and the GitHub App's `APP_ID`, `PRIVATE_KEY` or `PRIVATE_KEY_PATH`,
 * and `WEBHOOK_SECRET`.
 *
 * @throws MicropushError `setup-incomplete`, naming each variable at fault.
 */
export function readBotSettings(env: Readonly<Record<string, string | undefined>> = process.env): BotSettings {
  const settings = parseSettings(env)
  const present = Object.fromEntries(Object.entries(env).filter(([, value]) => value !== undefined && value !== ''))
  const parsed = credentials.safeParse(present)
  if (!parsed.success) {
    const faults = parsed.error.issues.map((issue) => `${issue.path.join('.')} ${issue.message}`)
    throw new MicropushError('setup-incomplete', `The bot cannot start without a GitHub App. ${faults.join('; ')}`)
  }
  return {
    ...settings,
    appId: parsed.data.APP_ID,
    privateKey: new Secret(readPrivateKey(parsed.data)),
    webhookSecret: new Secret(parsed.data.WEBHOOK_SECRET),
    logLevel: parsed.data.LOG_LEVEL,
  }
}

/** The key as PKCS #8, whichever form it came in: universal-github-app-jwt accepts PKCS #1 on Node only by a fallback. */
function readPrivateKey(from: z.infer<typeof credentials>): string {
  const text = from.PRIVATE_KEY?.replaceAll(String.raw`\n`, '\n') ?? readKeyFile(from.PRIVATE_KEY_PATH)
  const name = from.PRIVATE_KEY === undefined ? 'PRIVATE_KEY_PATH' : 'PRIVATE_KEY'
  try {
    return createPrivateKey(decodeKey(text)).export({ type: 'pkcs8', format: 'pem' }).toString()
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
