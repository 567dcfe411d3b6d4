import { execFile } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { access, mkdir, mkdtemp, readdir, readFile, rm, chmod } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { promisify } from 'node:util'
import { redisArguments } from '../../../cli/start/redis-arguments.ts'
import { openStore, type Store } from '../../../contract/store/connect.ts'
import { sandboxPaths } from '../../../runner/sandbox/paths.ts'
import { createGitHub, type GitHub } from './github.ts'
import { ask, type Answer, type Ask } from './http.ts'
import { createPart, type Part } from './part.ts'
import { freePort } from './ports.ts'
import { createRepository, type Repository } from './repository.ts'

const run = promisify(execFile)
const root = join(import.meta.dirname, '..', '..', '..')

interface Status {
  readonly state: 'pending' | 'success' | 'failure' | 'error'
  readonly context: string
  readonly description: string
  readonly target_url: string | null
}

/** The whole platform as `npm start` runs it, with data, ports, Redis and labels of its own. */
export interface Stack extends AsyncDisposable {
  readonly dataDir: string
  /** What its processes find in their environment, and a command that is to talk to it has to. */
  readonly env: Readonly<Record<string, string>>
  readonly forgeUrl: string
  readonly forgePort: number
  readonly botPort: number
  readonly gatewayPort: number
  /** Where the runner tells its metrics. */
  readonly metricsPort: number
  readonly parts: Readonly<Record<'redis' | 'forge' | 'bot' | 'runner' | 'gateway', Part>>
  readonly store: Store
  repository(fullName: string): Promise<Repository>
  /** What people do on GitHub's pages, here on the forge. */
  readonly github: GitHub
  /** Statuses of a commit, newest first, as GitHub's API lists them. */
  statuses(fullName: string, sha: string): Promise<Status[]>
  /** The first newest status that is not pending; fails after the deadline with everything that was said. */
  outcome(fullName: string, sha: string, context: string): Promise<Status>
  api(path: string, init?: RequestInit): Promise<Response>
  ask(host: string, rest?: Omit<Ask, 'host' | 'port'>): Promise<Answer>
  /** The host name of an endpoint's label. */
  host(label: string): string
  healthy(): Promise<void>
  /** Containers with the deployments that own them, mounts and folders of this instance, for asserting that nothing is left without an owner. */
  leftovers(): Promise<{ containers: string[]; builders: string[]; mounts: string[]; work: string[] }>
}

const OUTCOME_DEADLINE_MS = 120_000

/**
 * @param parent folder in which its data goes; the system's for temporary files when absent.
 * @param inside words before the command of what talks to Docker, such as those that put it into a network namespace.
 */
export async function startStack(
  over: Readonly<Record<string, string>> = {},
  parent = tmpdir(),
  inside: readonly string[] = [],
): Promise<Stack> {
  const dataDir = await mkdtemp(join(parent, 'mp-'))
  await chmod(dataDir, 0o711)
  for (const folder of ['run', 'redis', 'logs']) await mkdir(join(dataDir, folder), { mode: 0o711 })
  const [forgePort, botPort, gatewayPort] = [await freePort(), await freePort(), await freePort()]
  const metricsPort = await freePort()
  const redisSocket = join(dataDir, 'run', 'redis.sock')
  const prefix = `t${randomBytes(3).toString('hex')}`
  const env: Record<string, string> = {
    MICROPUSH_DATA: dataDir,
    MICROPUSH_FORGE_PORT: String(forgePort),
    MICROPUSH_BOT_PORT: String(botPort),
    MICROPUSH_GATEWAY_PORT: String(gatewayPort),
    MICROPUSH_METRICS_PORT: String(metricsPort),
    MICROPUSH_REDIS_PREFIX: prefix,
    MICROPUSH_DOMAIN: `localhost:${gatewayPort}`,
    ...over,
  }
  const part = (name: string, command: readonly [string, ...string[]], more: Readonly<Record<string, string>> = {}) =>
    createPart({ name, command, env: { ...env, ...more }, logFile: join(dataDir, 'logs', `${name}.log`) })
  const ours = (file: string): readonly [string, ...string[]] => [
    process.execPath,
    '--disable-warning=ExperimentalWarning',
    join(root, file),
  ]

  const redis = part('redis', ['redis-server', ...redisArguments({ socket: redisSocket, dir: join(dataDir, 'redis') })])
  const forge = part('forge', ours('forge/main.ts'))
  redis.start()
  forge.start()
  await appears(redisSocket)
  await appears(join(dataDir, 'forge', 'app.json'))
  const app = JSON.parse(await readFile(join(dataDir, 'forge', 'app.json'), 'utf8')) as {
    appId: number
    webhookSecret: string
  }
  const bot = part('bot', ours('src/main.ts'), {
    APP_ID: String(app.appId),
    PRIVATE_KEY_PATH: join(dataDir, 'forge', 'app.pem'),
    WEBHOOK_SECRET: app.webhookSecret,
    MICROPUSH_GITHUB_URL: `http://127.0.0.1:${forgePort}/api/v3`,
  })
  const behind = (command: readonly [string, ...string[]]): readonly [string, ...string[]] => {
    const [first, ...rest] = inside
    return first === undefined ? command : [first, ...rest, ...command]
  }
  const runner = part('runner', behind(ours('runner/main.ts')))
  const gateway = part('gateway', ours('runner/gateway/main.ts'))
  const parts = { redis, forge, bot, runner, gateway }
  runner.start()
  gateway.start()
  bot.start()
  const store = openStore({ redis: redisSocket, redisPrefix: prefix })
  const forgeUrl = `http://127.0.0.1:${forgePort}`
  const api: Stack['api'] = (path, init = {}) =>
    fetch(`${forgeUrl}/api/v3${path}`, { ...init, headers: { authorization: 'Bearer local' } })
  const statuses = async (fullName: string, sha: string) => {
    const answer = await api(`/repos/${fullName}/commits/${sha}/statuses?per_page=100`)
    // The repository or the commit may be on its way still.
    return answer.ok ? ((await answer.json()) as Status[]) : []
  }

  const stack: Stack = {
    dataDir,
    env,
    forgeUrl,
    forgePort,
    botPort,
    gatewayPort,
    metricsPort,
    parts,
    store,
    api,
    statuses,
    repository: (fullName) => createRepository(forgeUrl, fullName),
    github: createGitHub(forgeUrl),
    host: (label) => `${label}.localhost:${gatewayPort}`,
    ask: (host, rest = {}) => ask({ ...rest, host, port: gatewayPort }),
    async outcome(fullName, sha, context) {
      const deadline = Date.now() + OUTCOME_DEADLINE_MS
      for (;;) {
        const all = await statuses(fullName, sha)
        const newest = all.find((one) => one.context === context)
        if (newest !== undefined && newest.state !== 'pending') return newest
        if (Date.now() > deadline)
          throw new Error(`no outcome for ${context}; statuses: ${JSON.stringify(all)}\n${await tails(dataDir)}`)
        await sleep(50)
      }
    },
    async healthy() {
      const deadline = Date.now() + 60_000
      let last = ''
      for (;;) {
        try {
          const response = await fetch(`http://127.0.0.1:${botPort}/healthz`)
          last = await response.text()
          if (response.ok) return
        } catch (error) {
          last = String(error)
        }
        if (Date.now() > deadline) throw new Error(`not healthy: ${last}\n${await tails(dataDir)}`)
        await sleep(50)
      }
    },
    leftovers: () => leftovers(dataDir, env),
    async [Symbol.asyncDispose]() {
      if (process.env['KEEP_LOGS'] !== undefined) console.log(await tails(dataDir))
      for (const one of [gateway, bot, runner]) await one.kill('SIGTERM')
      const [command, ...args] = behind([process.execPath, join(root, 'runner', 'clear.ts')])
      await run(command, args, { env: { ...process.env, ...env } })
      for (const one of [forge, redis]) await one.kill('SIGKILL')
      store.redis.disconnect()
      await rm(dataDir, { recursive: true, force: true })
    },
  }
  try {
    await stack.healthy()
  } catch (error) {
    await stack[Symbol.asyncDispose]()
    throw error
  }
  return stack
}

async function leftovers(dataDir: string, env: Readonly<Record<string, string>>): ReturnType<Stack['leftovers']> {
  const list = async (kind: string) => {
    const format =
      '{{.ID}} {{.Label "micropush.sandbox"}} {{.Label "micropush.deployment"}} {{.Label "micropush.instance"}}'
    const args = ['ps', '-a', '--filter', `label=micropush.kind=${kind}`, '--format', format]
    const { stdout } = await run('docker', args, { env: { ...process.env, ...env } })
    const instance = (await readFile(join(dataDir, 'instance'), 'utf8')).trim()
    const lines = stdout.split('\n').filter((line) => line.endsWith(` ${instance}`))
    return (await Promise.all(lines.map((line) => withOwner(dataDir, line)))).flat()
  }
  const mounts = (await readFile('/proc/mounts', 'utf8')).split('\n').filter((line) => line.includes(dataDir))
  const folders = await Promise.all(['work', 'builds'].map((name) => readdir(join(dataDir, name)).catch(() => [])))
  const work = folders.flat()
  return { containers: await list('sandbox'), builders: await list('builder'), mounts, work }
}

/** With the deployment that owns it; nothing for one that waits ahead of need, which the runner has and no deployment. */
async function withOwner(dataDir: string, line: string): Promise<string[]> {
  const [id = '', sandbox = '', deployment = '', instance = ''] = line.split(' ')
  if (sandbox === '') return [line]
  const noted = await readFile(sandboxPaths(dataDir, sandbox).owner, 'utf8').catch(() => '')
  const owner = deployment || noted
  return owner === '' ? [] : [`${id} ${owner} ${instance}`]
}

async function appears(path: string): Promise<void> {
  for (const deadline = Date.now() + 30_000; ; await sleep(20)) {
    try {
      return await access(path)
    } catch (error) {
      if (Date.now() > deadline) throw error
    }
  }
}

async function tails(dataDir: string): Promise<string> {
  const names = ['bot', 'runner', 'gateway', 'forge']
  const parts = await Promise.all(
    names.map(
      async (name) =>
        `--- ${name}\n${(await readFile(join(dataDir, 'logs', `${name}.log`), 'utf8').catch(() => '')).slice(-3000)}`,
    ),
  )
  return parts.join('\n')
}
