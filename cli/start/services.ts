import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Settings } from '../../contract/settings.ts'
import { redisArguments } from './redis-arguments.ts'
import { MARK, type ProcessSpec } from '../supervise.ts'

const root = join(import.meta.dirname, '..', '..')

/** The process of one of our own entry files. */
function ours(file: string): readonly [string, ...string[]] {
  return [process.execPath, '--disable-warning=ExperimentalWarning', join(root, file)]
}

function spec(settings: Settings, name: string, command: ProcessSpec['command']): ProcessSpec {
  return { name, command, env: { [MARK]: settings.dataDir }, logDir: join(settings.dataDir, 'logs') }
}

/** Whether Redis is ours to run: another one that the operator named is only used. */
export function isOwnRedis({ redis, runDir }: Settings): boolean {
  return redis.startsWith(`${runDir}/`)
}

export function redisService(settings: Settings): ProcessSpec {
  const args = redisArguments({ socket: settings.redis, dir: join(settings.dataDir, 'redis') })
  return spec(settings, 'redis', ['redis-server', ...args])
}

export function forgeService(settings: Settings): ProcessSpec {
  return spec(settings, 'forge', ours('forge/main.ts'))
}

export function runnerService(settings: Settings): ProcessSpec {
  return spec(settings, 'runner', ours('runner/main.ts'))
}

export function gatewayService(settings: Settings): ProcessSpec {
  return spec(settings, 'gateway', ours('runner/gateway/main.ts'))
}

/**
 * The bot against github.com or a GitHub Enterprise Server: with the credentials of the environment or of the data folder, or none yet.
 *
 * @param github the GitHub that is asked for, whatever the environment says.
 */
export function botService(settings: Settings, github?: string): ProcessSpec {
  const bot = spec(settings, 'bot', ours('src/main.ts'))
  return github === undefined ? bot : { ...bot, env: { ...bot.env, MICROPUSH_GITHUB: github } }
}

/** The bot against the forge, with the credentials that the forge made at its first start. */
export async function botServiceForForge(settings: Settings): Promise<ProcessSpec> {
  const folder = join(settings.dataDir, 'forge')
  const app = JSON.parse(await readFile(join(folder, 'app.json'), 'utf8')) as { appId: number; webhookSecret: string }
  const bot = botService(settings)
  return {
    ...bot,
    env: {
      ...bot.env,
      APP_ID: String(app.appId),
      PRIVATE_KEY_PATH: join(folder, 'app.pem'),
      WEBHOOK_SECRET: app.webhookSecret,
      MICROPUSH_GITHUB_URL: `http://127.0.0.1:${settings.forgePort}/api/v3`,
    },
  }
}

/** A command of ours that ends by itself. */
export function oneShot(file: string, args: readonly string[]): readonly [string, ...string[]] {
  return [...ours(file), ...args]
}
