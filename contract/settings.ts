import { availableParallelism } from 'node:os'
import { join } from 'node:path'
import { z } from 'zod'
import { defaultAllowance, MOST_SANDBOXES } from './allowance.ts'
import { parseSize } from './config/parse-size.ts'
import { MicropushError } from './errors.ts'
import { parseGitHubAddress, type GitHubAddress } from './github-address.ts'
import { parseTrustedProxies, type AddressRange } from './trusted-proxies.ts'

const port = (fallback: number) => z.coerce.number().int().min(0).max(65_535).default(fallback)

const size = z.string().transform((text, context) => {
  const bytes = parseSize(text)
  if (bytes !== undefined) return bytes
  context.addIssue({ code: 'custom', message: 'must be a size, such as 20GB' })
  return z.NEVER
})

/** A timer holds 2^31 - 1 ms and runs out at once when it is given more: https://nodejs.org/api/timers.html */
const LONGEST_TIMER_SECONDS = 2_147_483

/** Nobody waits for a push any longer. */
const LONGEST_BUILDER_SECONDS = 86_400

const environment = z.object({
  MICROPUSH_DATA: z.string().startsWith('/', 'must be an absolute path').default('/var/lib/micropush'),
  MICROPUSH_DOMAIN: z
    .string()
    .regex(/^[a-z0-9.-]+(:\d+)?$/, 'must be a lower-case host name, with a port if need be')
    .optional(),
  MICROPUSH_SCHEME: z.enum(['http', 'https']).default('http'),
  MICROPUSH_FORGE_PORT: port(4000),
  MICROPUSH_BOT_PORT: port(4001),
  MICROPUSH_GATEWAY_PORT: port(8080),
  /** Where bot and gateway listen; the forge is never anywhere but on loopback. */
  MICROPUSH_BOT_HOST: z.string().default('127.0.0.1'),
  MICROPUSH_GATEWAY_HOST: z.string().default('127.0.0.1'),
  /** A path of a unix socket, or a redis:// URL. */
  MICROPUSH_REDIS: z.string().optional(),
  MICROPUSH_REDIS_PREFIX: z
    .string()
    .regex(/^[a-z0-9-]+$/)
    .default('micropush'),
  MICROPUSH_SANDBOX: z.enum(['auto', 'gvisor', 'runc']).default('auto'),
  MICROPUSH_BUILDS: z.coerce.number().int().min(1).max(64).optional(),
  /** Of these, the most that one owner may have under way. */
  MICROPUSH_BUILDS_PER_OWNER: z.coerce.number().int().min(1).max(64).optional(),
  /** The longest that dependencies may be installed, and that a `build` command may run. */
  MICROPUSH_INSTALL_SECONDS: z.coerce.number().min(1).max(LONGEST_BUILDER_SECONDS).default(300),
  MICROPUSH_BUILD_SECONDS: z.coerce.number().min(1).max(LONGEST_BUILDER_SECONDS).default(300),
  /** After how long of nothing a micro is frozen that asks for no other time, and the longest that one may ask for. */
  MICROPUSH_IDLE_SECONDS: z.coerce.number().min(0.1).max(LONGEST_TIMER_SECONDS).default(3),
  MICROPUSH_LONGEST_IDLE_SECONDS: z.coerce
    .number()
    .min(0.1)
    .max(LONGEST_TIMER_SECONDS)
    .default(defaultAllowance.idleMs / 1000),
  /** From the last request on, how long work that the micro still does keeps it from sleep. */
  MICROPUSH_AFTER_RESPONSE_SECONDS: z.coerce.number().min(0).max(LONGEST_TIMER_SECONDS).default(10),
  /** How often everything is compared with what GitHub shows. */
  MICROPUSH_RECONCILE_SECONDS: z.coerce.number().min(1).max(LONGEST_TIMER_SECONDS).default(300),
  /** After how long of being frozen a micro gives its memory back that asks for no other time. */
  MICROPUSH_EVICT_SECONDS: z.coerce.number().min(1).max(LONGEST_TIMER_SECONDS).default(1800),
  /** With less memory free than this, frozen micros are let go. */
  MICROPUSH_MEMORY_RESERVE: size.optional(),
  /** The most sandboxes that a micro may ask for, and how long it keeps one that its load needs no more. */
  MICROPUSH_SCALE_MAX: z.coerce.number().int().min(1).max(MOST_SANDBOXES).default(defaultAllowance.sandboxes),
  MICROPUSH_SCALE_DOWN_SECONDS: z.coerce.number().min(1).max(LONGEST_TIMER_SECONDS).default(30),
  /** Sandboxes that wait with a loaded runtime, for each runtime in use, and the memory that more of them may have when more were wanted at once lately. */
  MICROPUSH_CELLS: z.coerce.number().int().min(0).max(64).default(2),
  MICROPUSH_CELLS_MEMORY: size.optional(),
  /** Gateway processes. */
  MICROPUSH_GATEWAYS: z.coerce.number().int().min(1).max(64).optional(),
  /** Where the runner tells its metrics, on loopback; 0: nowhere. Whoever has the token may read them and the bot's from anywhere. */
  MICROPUSH_METRICS_PORT: port(4002),
  MICROPUSH_METRICS_TOKEN: z.string().min(16, 'must have at least 16 characters').optional(),
  /** Any other answer, from its first byte to its last; never less than the micro's execution time. */
  MICROPUSH_ANSWER_SECONDS: z.coerce.number().min(1).max(LONGEST_TIMER_SECONDS).default(600),
  /** WebSockets and event streams: between two bytes, and in all. */
  MICROPUSH_STREAM_IDLE_SECONDS: z.coerce.number().min(1).max(LONGEST_TIMER_SECONDS).default(600),
  MICROPUSH_STREAM_SECONDS: z.coerce.number().min(1).max(LONGEST_TIMER_SECONDS).default(86_400),
  /** Whose X-Forwarded-* fields are believed. */
  MICROPUSH_TRUSTED_PROXIES: z
    .string()
    .default('')
    .transform((text, context) => {
      try {
        return parseTrustedProxies(text)
      } catch (error) {
        context.addIssue({ code: 'custom', message: error instanceof Error ? error.message : String(error) })
        return z.NEVER
      }
    }),
  /** The most that kept sources and dependencies may take, and how much of the disk has to be free for a deployment to begin. */
  MICROPUSH_DISK_BUDGET: size.optional(),
  MICROPUSH_DISK_FLOOR: size.optional(),
  /** `1` for github.com, or the address of a GitHub Enterprise Server: the bot's page then leads to an App of one's own. */
  MICROPUSH_GITHUB: z
    .string()
    .optional()
    .transform((text, context) => {
      if (text === undefined || /^(?:0|false|no)$/i.test(text)) return undefined
      const address = parseGitHubAddress(text)
      if (address !== undefined) return address
      context.addIssue({
        code: 'custom',
        message: 'must be 1 for github.com, or an address such as https://github.example.com',
      })
      return z.NEVER
    }),
  /** Base of GitHub's REST API; a GitHub Enterprise Server has it at /api/v3. */
  MICROPUSH_GITHUB_URL: z.url().optional(),
  /** Where people reach the bot, for links in statuses. */
  MICROPUSH_BOT_URL: z.url().optional(),
  DOCKER_HOST: z
    .string()
    .regex(/^unix:\/\//, 'must be a unix:// address: the runner shares folders with its Docker daemon')
    .optional(),
})

export interface Settings {
  readonly dataDir: string
  readonly runDir: string
  readonly domain: string
  readonly scheme: 'http' | 'https'
  readonly forgePort: number
  readonly botPort: number
  readonly botHost: string
  readonly botUrl: string
  readonly gatewayPort: number
  readonly gatewayHost: string
  readonly redis: string
  readonly redisPrefix: string
  readonly sandbox: 'auto' | 'gvisor' | 'runc'
  readonly parallelBuilds: number | undefined
  readonly buildsPerOwner: number | undefined
  readonly installMs: number
  readonly buildMs: number
  readonly idleMs: number
  readonly afterResponseMs: number
  readonly longestIdleMs: number
  readonly evictMs: number
  /** Undefined: a share of the machine's memory. */
  readonly memoryReserveBytes: number | undefined
  readonly scaleMax: number
  readonly scaleDownMs: number
  readonly cells: number
  /** Undefined: a share of the machine's memory. */
  readonly cellsMemoryBytes: number | undefined
  readonly gateways: number
  readonly metricsPort: number
  readonly metricsToken: string | undefined
  readonly reconcileMs: number
  readonly answerMs: number
  readonly streamIdleMs: number
  readonly streamMs: number
  readonly trustedProxies: readonly AddressRange[]
  /** Undefined: a share of the disk. */
  readonly diskBudgetBytes: number | undefined
  readonly diskFloorBytes: number | undefined
  /** The GitHub that was asked for; undefined for none, where the forge takes its place. */
  readonly github: GitHubAddress | undefined
  /** Base of GitHub's REST API, without a slash at its end. */
  readonly githubUrl: string
  readonly dockerSocket: string
  /** HTTP over unix sockets between our own processes. */
  readonly sockets: {
    /** bot: `GET /source/<deployment id>` */
    readonly bot: string
    /** runner: `GET /healthz` */
    readonly runner: string
    /** runner: the gateway's control connection */
    readonly gateway: string
  }
}

/**
 * The environment as typed settings.
 *
 * @throws MicropushError `setup-incomplete`, naming each variable at fault.
 */
export function parseSettings(env: Readonly<Record<string, string | undefined>>): Settings {
  const present = Object.fromEntries(Object.entries(env).filter(([, value]) => value !== undefined && value !== ''))
  const parsed = environment.safeParse(present)
  if (!parsed.success) {
    const faults = parsed.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`)
    throw new MicropushError('setup-incomplete', `These environment variables cannot be used. ${faults.join('; ')}`)
  }
  const value = parsed.data
  const github = value.MICROPUSH_GITHUB
  const runDir = join(value.MICROPUSH_DATA, 'run')
  return {
    dataDir: value.MICROPUSH_DATA,
    runDir,
    domain: value.MICROPUSH_DOMAIN ?? `localhost:${value.MICROPUSH_GATEWAY_PORT}`,
    scheme: value.MICROPUSH_SCHEME,
    forgePort: value.MICROPUSH_FORGE_PORT,
    botPort: value.MICROPUSH_BOT_PORT,
    botHost: value.MICROPUSH_BOT_HOST,
    botUrl: value.MICROPUSH_BOT_URL ?? `http://127.0.0.1:${value.MICROPUSH_BOT_PORT}`,
    gatewayPort: value.MICROPUSH_GATEWAY_PORT,
    gatewayHost: value.MICROPUSH_GATEWAY_HOST,
    redis: value.MICROPUSH_REDIS ?? join(runDir, 'redis.sock'),
    redisPrefix: value.MICROPUSH_REDIS_PREFIX,
    sandbox: value.MICROPUSH_SANDBOX,
    parallelBuilds: value.MICROPUSH_BUILDS,
    buildsPerOwner: value.MICROPUSH_BUILDS_PER_OWNER,
    installMs: value.MICROPUSH_INSTALL_SECONDS * 1000,
    buildMs: value.MICROPUSH_BUILD_SECONDS * 1000,
    idleMs: value.MICROPUSH_IDLE_SECONDS * 1000,
    afterResponseMs: value.MICROPUSH_AFTER_RESPONSE_SECONDS * 1000,
    longestIdleMs: Math.max(value.MICROPUSH_LONGEST_IDLE_SECONDS, value.MICROPUSH_IDLE_SECONDS) * 1000,
    evictMs: value.MICROPUSH_EVICT_SECONDS * 1000,
    memoryReserveBytes: value.MICROPUSH_MEMORY_RESERVE,
    scaleMax: value.MICROPUSH_SCALE_MAX,
    scaleDownMs: value.MICROPUSH_SCALE_DOWN_SECONDS * 1000,
    cells: value.MICROPUSH_CELLS,
    cellsMemoryBytes: value.MICROPUSH_CELLS_MEMORY,
    gateways: value.MICROPUSH_GATEWAYS ?? availableParallelism(),
    metricsPort: value.MICROPUSH_METRICS_PORT,
    metricsToken: value.MICROPUSH_METRICS_TOKEN,
    reconcileMs: value.MICROPUSH_RECONCILE_SECONDS * 1000,
    answerMs: value.MICROPUSH_ANSWER_SECONDS * 1000,
    streamIdleMs: value.MICROPUSH_STREAM_IDLE_SECONDS * 1000,
    streamMs: value.MICROPUSH_STREAM_SECONDS * 1000,
    trustedProxies: value.MICROPUSH_TRUSTED_PROXIES,
    diskBudgetBytes: value.MICROPUSH_DISK_BUDGET,
    diskFloorBytes: value.MICROPUSH_DISK_FLOOR,
    github,
    githubUrl: value.MICROPUSH_GITHUB_URL?.replace(/\/+$/, '') ?? github?.apiUrl ?? 'https://api.github.com',
    dockerSocket: value.DOCKER_HOST?.replace('unix://', '') ?? '/var/run/docker.sock',
    sockets: {
      bot: join(runDir, 'bot.sock'),
      runner: join(runDir, 'runner.sock'),
      gateway: join(runDir, 'gateway.sock'),
    },
  }
}
