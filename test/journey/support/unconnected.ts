import { mkdtemp, mkdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { setupTokenFile } from '../../../contract/github-app.ts'
import { redisArguments } from '../../../cli/start/redis-arguments.ts'
import { createPart, type Part } from './part.ts'
import { freePort } from './ports.ts'
import { createRepository, type Repository } from './repository.ts'

const root = join(import.meta.dirname, '..', '..', '..')
const DEADLINE_MS = 20_000

/** Redis, a forge in GitHub's place, and a bot that knows no App yet; no runner, so what is pushed stays queued. */
export interface Unconnected extends AsyncDisposable {
  readonly dataDir: string
  readonly env: Readonly<Record<string, string>>
  readonly forgeUrl: string
  readonly botUrl: string
  readonly bot: Part
  /** What the link that the bot logged holds. */
  token(): Promise<string>
  /** Resolves with the bot's health when that fits; fails with the last one otherwise. */
  health(fits: (health: Health) => boolean): Promise<Health>
  repository(fullName: string): Promise<Repository>
  /** Statuses of a commit, newest first. */
  statuses(fullName: string, sha: string): Promise<readonly { readonly state: string; readonly description: string }[]>
  /** Asks the forge's API as the local person. */
  forge(path: string, init?: RequestInit): Promise<Response>
  log(): Promise<string>
}

interface Health {
  readonly status: number
  readonly parts: Readonly<Record<string, string>>
}

export async function startUnconnected(): Promise<Unconnected> {
  const dataDir = await mkdtemp(join(tmpdir(), 'mp-'))
  for (const folder of ['run', 'redis', 'logs']) await mkdir(join(dataDir, folder))
  const [forgePort, botPort] = [await freePort(), await freePort()]
  const forgeUrl = `http://127.0.0.1:${forgePort}`
  const botUrl = `http://127.0.0.1:${botPort}`
  const env = {
    MICROPUSH_DATA: dataDir,
    MICROPUSH_FORGE_PORT: String(forgePort),
    MICROPUSH_BOT_PORT: String(botPort),
    MICROPUSH_GITHUB: forgeUrl,
  }
  const part = (name: string, command: readonly [string, ...string[]]) =>
    createPart({ name, command, env, logFile: join(dataDir, 'logs', `${name}.log`) })
  const ours = (file: string): readonly [string, ...string[]] => [process.execPath, join(root, file)]
  const redis = part('redis', [
    'redis-server',
    ...redisArguments({ socket: join(dataDir, 'run', 'redis.sock'), dir: join(dataDir, 'redis') }),
  ])
  const forge = part('forge', ours('forge/main.ts'))
  const bot = part('bot', ours('src/main.ts'))
  for (const one of [redis, forge, bot]) one.start()
  const askForge: Unconnected['forge'] = (path, init = {}) =>
    fetch(`${forgeUrl}/api/v3${path}`, { ...init, headers: { authorization: 'Bearer local' } })
  const log = () => readFile(join(dataDir, 'logs', 'bot.log'), 'utf8')
  const stack: Unconnected = {
    dataDir,
    env,
    forgeUrl,
    botUrl,
    bot,
    log,
    token: async () => (await readFile(setupTokenFile(dataDir), 'utf8')).trim(),
    async health(fits) {
      let last: Health | undefined
      for (const deadline = Date.now() + DEADLINE_MS; Date.now() < deadline; await sleep(50)) {
        const answer = await fetch(`${botUrl}/healthz`).catch(() => undefined)
        if (answer === undefined) continue
        last = { status: answer.status, ...((await answer.json()) as Omit<Health, 'status'>) }
        if (fits(last)) return last
      }
      throw new Error(`the health is ${JSON.stringify(last)}\n${await log()}`)
    },
    repository: (fullName) => createRepository(forgeUrl, fullName),
    async statuses(fullName, sha) {
      const answer = await askForge(`/repos/${fullName}/commits/${sha}/statuses`)
      return answer.ok ? ((await answer.json()) as { state: string; description: string }[]) : []
    },
    forge: askForge,
    async [Symbol.asyncDispose]() {
      await bot.kill('SIGTERM')
      for (const one of [forge, redis]) await one.kill('SIGKILL')
      await rm(dataDir, { recursive: true, force: true })
    },
  }
  try {
    await stack.health(({ parts }) => parts['queue'] === 'ok')
  } catch (error) {
    await stack[Symbol.asyncDispose]()
    throw error
  }
  return stack
}
