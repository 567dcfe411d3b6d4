import { request } from 'node:http'
import { z } from 'zod'
import type { Store } from '../../contract/store/connect.ts'

const REDIS_DEADLINE_MS = 1000
const RUNNER_DEADLINE_MS = 2000
const ANSWER_BYTES = 64 * 1024

/** A part works, or a sentence says what does not. */
const part = z.union([z.boolean(), z.string(), z.looseObject({ ok: z.boolean(), message: z.string().optional() })])

const runnerHealth = z.looseObject({
  ok: z.boolean(),
  parts: z.record(z.string(), part),
  sandbox: z.object({ isolation: z.enum(['gvisor', 'runc']), means: z.string() }).optional(),
})

type RunnerHealth = z.infer<typeof runnerHealth>

export interface Health {
  readonly ok: boolean
  /** For each part `ok`, or what is wrong with it. */
  readonly parts: Readonly<Record<string, string>>
  readonly sandbox: { readonly isolation: 'gvisor' | 'runc'; readonly means: string } | undefined
}

export interface HealthDeps {
  readonly store: Store
  readonly runnerSocket: string
  /** What is wrong between us and GitHub; undefined when nothing is. */
  readonly githubFault?: () => string | undefined
}

/** How the whole of micropush is: asks Redis and the runner, each with a deadline. Never throws. */
export async function checkHealth({ store, runnerSocket, githubFault }: HealthDeps): Promise<Health> {
  const [queue, runner] = await Promise.all([askRedis(store), askRunner(runnerSocket)])
  const fault = githubFault?.()
  const github = fault === undefined ? {} : { GitHub: fault }
  const parts = { bot: 'ok', ...github, queue, ...(runner === undefined ? unknownParts : namedParts(runner.parts)) }
  return { ok: Object.values(parts).every((state) => state === 'ok'), parts, sandbox: runner?.sandbox }
}

const unknownParts = {
  engine: 'the runner does not answer',
  gateway: 'unknown, because the runner does not answer',
}

function namedParts(parts: RunnerHealth['parts']): Record<string, string> {
  const missing = { engine: 'the runner says nothing of it', gateway: 'the runner says nothing of it' }
  return { ...missing, ...Object.fromEntries(Object.entries(parts).map(([name, state]) => [name, inWords(state)])) }
}

function inWords(state: z.infer<typeof part>): string {
  if (typeof state === 'string') return state
  if (typeof state === 'boolean') return state ? 'ok' : 'does not work'
  return state.ok ? 'ok' : (state.message ?? 'does not work')
}

async function askRedis({ redis }: Store): Promise<string> {
  const late = new Promise<string>((resolve) => {
    setTimeout(() => resolve('Redis does not answer'), REDIS_DEADLINE_MS).unref()
  })
  const answered = redis.ping().then(
    () => 'ok',
    () => 'Redis cannot be reached',
  )
  return Promise.race([answered, late])
}

async function askRunner(socketPath: string): Promise<RunnerHealth | undefined> {
  try {
    const parsed = runnerHealth.safeParse(JSON.parse(await getText(socketPath)))
    return parsed.success ? parsed.data : undefined
  } catch {
    // Not there, late, or not JSON: in each case nobody answers for the runner.
    return undefined
  }
}

async function getText(socketPath: string): Promise<string> {
  const { promise, resolve, reject } = Promise.withResolvers<string>()
  const signal = AbortSignal.timeout(RUNNER_DEADLINE_MS)
  const asked = request({ socketPath, path: '/healthz', signal, agent: false }, (answer) => {
    let text = ''
    answer.setEncoding('utf8')
    answer.on('data', (chunk: string) => {
      text += chunk
      if (text.length > ANSWER_BYTES) asked.destroy(new Error('too long'))
    })
    answer.on('end', () => resolve(text))
    answer.on('error', reject)
  })
  asked.on('error', reject)
  asked.end()
  return promise
}
