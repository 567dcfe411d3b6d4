import { once } from 'node:events'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Worker } from 'bullmq'
import { expect } from 'vitest'
import type { Deployment } from '../../../contract/deployment.ts'
import { lifecycleJob, pullJob, pushJob } from '../../../contract/jobs/events.ts'
import { hostOf, permanentLabel, targetLabel } from '../../../contract/names.ts'
import { queuePrefix } from '../../../contract/queue.ts'
import { openWorkerConnection } from '../../../contract/store/connect.ts'
import { transitionDeployment } from '../../../contract/store/deployments.ts'
import { targetStanding, publishDeployment, type Standing } from '../../../contract/store/micros.ts'
import { readAppCredentials } from '../../../forge/auth/credentials.ts'
import { startForge } from '../../../forge/server.ts'
import { createDoor } from '../../../src/door.ts'
import { noteResult } from '../../../src/events/note-result.ts'
import { classifyFailure } from '../../../src/github/classify-failure.ts'
import { createReader } from '../../../src/github/reader.ts'
import { handleLifecycle } from '../../../src/installations/handle-lifecycle.ts'
import type { JobResult } from '../../../src/jobs/queue.ts'
import { handlePull } from '../../../src/pull/handle-pull.ts'
import { handlePush } from '../../../src/push/handle-push.ts'
import type { ReconcileDeps } from '../../../src/reconcile/deps.ts'
import { createPatience } from '../../../src/reconcile/patience.ts'
import { reconcile } from '../../../src/reconcile/reconcile.ts'
import { freePort } from '../../journey/support/ports.ts'
import { createRepository, type Repository } from '../../journey/support/repository.ts'
import { startParts, type Parts } from './bot.ts'

const QUEUES = ['lifecycle', 'push', 'pull'] as const

/** The bot's real door and handlers before a real forge, with a clock of its own: a wait of a job's takes no time. */
export interface Scene extends AsyncDisposable {
  readonly parts: Parts
  readonly deps: ReconcileDeps
  /** Whether deliveries reach the bot; the forge notes them as failed otherwise. */
  door(state: 'open' | 'shut'): Promise<void>
  repository(fullName: string): Promise<Repository>
  /** As the local person, who may everything. */
  api(method: string, path: string, body?: unknown): Promise<Record<string, unknown>>
  numberOf(fullName: string): Promise<number>
  /** Resolves when so many events of a name have been accepted since the last call. */
  hears(event: string, count?: number): Promise<void>
  /**
   * Works on what is queued until nothing is; gives what became of it.
   *
   * @param meanwhile what happens while a push waits for a deployment.
   */
  work(meanwhile?: () => Promise<unknown>): Promise<string[]>
  /** One comparison with GitHub. */
  reconcile(): Promise<void>
  /** Lets the clock go on. */
  pass(ms: number): void
  standing(key: string): Promise<Standing>
  /** What the runner does of a deployment that it has built. */
  makeLive(key: string): Promise<Deployment>
}

export async function startScene(): Promise<Scene> {
  // It may serve all tests of a file.
  const dataDir = await mkdtemp(join(tmpdir(), 'mp-scene-'))
  const port = await freePort()
  const forge = await startForge({
    dataDir,
    port: 0,
    webhookUrl: `http://127.0.0.1:${port}/api/github/webhooks`,
    searchPath: process.env['PATH'] ?? '',
    waits: { firstStatusMs: 1, quietMs: 1 },
  })
  const forgeUrl = `http://127.0.0.1:${forge.port}`
  const { appId, privateKeyPath, webhookSecret } = await readAppCredentials(dataDir)
  const parts = await startParts({
    APP_ID: String(appId),
    PRIVATE_KEY: await readFile(privateKeyPath, 'utf8'),
    WEBHOOK_SECRET: webhookSecret,
    MICROPUSH_GITHUB_URL: forge.apiUrl,
    MICROPUSH_DATA: dataDir,
  })
  let aheadMs = 0
  const now = () => Date.now() + aheadMs
  const deps = { ...parts, now, reader: createReader(now), patience: createPatience() }
  const connection = openWorkerConnection(parts.settings)
  const workers = QUEUES.map((name) => {
    const prefix = queuePrefix(parts.settings.redisPrefix)
    // Without a processor it only takes and gives back jobs.
    return { name, worker: new Worker(name, null, { connection, prefix, autorun: false, lockDuration: 60_000 }) }
  })
  let server: Awaited<ReturnType<typeof createDoor>> | undefined
  const heard = new Map<string, number>()
  const repositories: Repository[] = []
  let turns = 0

  async function shut(): Promise<void> {
    if (server === undefined) return
    const closed = once(server, 'close')
    server.close()
    server.closeAllConnections()
    await closed
    server = undefined
  }

  async function handle(name: (typeof QUEUES)[number], data: unknown): Promise<JobResult> {
    switch (name) {
      case 'lifecycle':
        return handleLifecycle(lifecycleJob.parse(data), deps)
      case 'push':
        return handlePush(pushJob.parse(data), deps)
      case 'pull':
        return handlePull(pullJob.parse(data), deps)
    }
  }

  async function finish(
    name: (typeof QUEUES)[number],
    data: { readonly deliveryId: string },
    meanwhile: () => Promise<unknown>,
  ): Promise<string> {
    for (;;) {
      const result = await handle(name, data).catch((error: unknown): JobResult => {
        const failure = classifyFailure(error, now())
        if (failure.kind === 'retry') throw error
        return { kind: 'done', what: `refused with ${failure.status}` }
      })
      await noteResult(data, result, parts)
      if (result.kind === 'done') return `${name}: ${result.what}`
      aheadMs += result.afterMs
      if (name === 'push') await meanwhile()
    }
  }

  const scene: Scene = {
    parts,
    deps,
    async door(state) {
      await shut()
      if (state === 'shut') return
      server = await createDoor(parts)
      server.listen(port, '127.0.0.1')
      await once(server, 'listening')
    },
    async repository(fullName) {
      const made = await createRepository(forgeUrl, fullName)
      repositories.push(made)
      return made
    },
    async api(method, path, body) {
      const answer = await fetch(`${forge.apiUrl}${path}`, {
        method,
        headers: { authorization: 'Bearer local' },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      })
      expect(answer.ok, `${method} ${path}: ${answer.status}`).toBe(true)
      return answer.status === 204 ? {} : ((await answer.json()) as Record<string, unknown>)
    },
    numberOf: async (fullName) => Number((await scene.api('GET', `/repos/${fullName}`))['id']),
    async hears(event, count = 1) {
      const wanted = (heard.get(event) ?? 0) + count
      const accepted = () => parts.lines.filter((line) => line.includes(`"${event} accepted"`)).length
      await expect.poll(accepted, { timeout: 15_000, interval: 10 }).toBeGreaterThanOrEqual(wanted)
      heard.set(event, wanted)
    },
    async work(meanwhile = async () => undefined) {
      const done: string[] = []
      for (let again = true; again;) {
        again = false
        for (const { name, worker } of workers) {
          const token = `test-${++turns}`
          const job = await worker.getNextJob(token, { block: false })
          if (job === undefined) continue
          again = true
          done.push(await finish(name, job.data as { deliveryId: string }, meanwhile))
          await job.moveToCompleted('done', token, false)
        }
      }
      return done
    },
    reconcile: () => reconcile({ number: turns++, signal: new AbortController().signal }, deps),
    pass(ms) {
      aheadMs += ms
    },
    standing: (key) => targetStanding(parts.store, key),
    async makeLive(key) {
      const { newest } = await targetStanding(parts.store, key)
      if (newest === undefined) throw new Error(`nothing is wanted of ${key}`)
      const { id, sha, owner, target, config } = newest
      await transitionDeployment(parts.store, { id, from: ['queued'], to: 'starting' })
      const names = { owner, micro: config.name }
      const labels = [targetLabel({ ...names, target }), permanentLabel({ ...names, sha })]
      const hosts = labels.map((label) => hostOf(label, 'localhost'))
      expect(await publishDeployment(parts.store, { deployment: newest, hosts, outcome: {} })).toMatchObject({
        kind: 'live',
      })
      return newest
    },
    async [Symbol.asyncDispose]() {
      await shut()
      await forge.close()
      await Promise.all(workers.map(({ worker }) => worker.close(true)))
      connection.disconnect()
      await parts[Symbol.asyncDispose]()
      await Promise.all(repositories.map((one) => one[Symbol.asyncDispose]()))
      await rm(dataDir, { recursive: true, force: true })
    },
  }
  await scene.door('open')
  return scene
}
