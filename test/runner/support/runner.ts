import { createRestoreTurns } from '../../../runner/sandbox/restore-turns.ts'
import { createStartSlots } from '../../../runner/sandbox/start-slots.ts'
import { chmod, mkdir, mkdtemp, rm } from 'node:fs/promises'
import { createServer, type Server } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pino } from 'pino'
import type { Deployment, DeploymentBase } from '../../../contract/deployment.ts'
import { openQueues } from '../../../contract/queue.ts'
import { masterKey } from '../../../contract/secrets/master-key.ts'
import { parseSettings } from '../../../contract/settings.ts'
import { openStore } from '../../../contract/store/connect.ts'
import { createDeployment, getDeployment, transitionDeployment } from '../../../contract/store/deployments.ts'
import { connectDocker } from '../../../runner/docker/client.ts'
import type { FromGateway } from '../../../runner/gateway/protocol.ts'
import { createHousekeeping } from '../../../runner/housekeeping/keep-house.ts'
import { createWorks } from '../../../runner/jobs/works.ts'
import { createFleet } from '../../../runner/lifecycle/fleet/fleet.ts'
import { createDrains } from '../../../runner/lifecycle/gateways/drains.ts'
import { createGatewayLink, type Gateway } from '../../../runner/lifecycle/gateways/gateway-link.ts'
import { createPolicies } from '../../../runner/lifecycle/policies.ts'
import { createUses } from '../../../runner/lifecycle/uses.ts'
import { createAppLogs } from '../../../runner/logs/app-logs.ts'
import { createMetrics } from '../../../runner/metrics/create-metrics.ts'
import { metricSources } from '../../../runner/metrics/sources.ts'
import type { Runner } from '../../../runner/runner.ts'
import type { Sandbox } from '../../../runner/sandbox/sandbox.ts'
import { openFreezers } from '../../../runner/sandbox/sleep/freezers.ts'
import { openUidPool } from '../../../runner/sandbox/uid-pool.ts'
import { newestBase } from '../../support/deployment.ts'
import { startTestRedis, type TestRedis } from '../../support/redis.ts'

export interface TestRunner extends AsyncDisposable {
  readonly runner: Runner
  readonly redis: TestRedis
  /** `start <deployment>`, `destroy <sandbox>` and so on, as the fleet did it. */
  readonly did: string[]
  readonly logged: { readonly msg: string }[]
  /** Containers that the Docker daemon's stand-in knows, by id: whether they run. */
  readonly containers: Map<string, boolean>
  /** What the stand-in says of itself; 0 for one that never answers. */
  daemonAnswers(status: number): void
  /** What to do with a gateway's messages. */
  onMessage(take: (runner: Runner, message: FromGateway, gateway: Gateway) => void): void
  /** A deployment of the micro `hello` that is queued. */
  queued(over?: Partial<DeploymentBase>): Promise<Deployment>
  /** One that is about to be published, as `deploy` leaves it. */
  starting(over?: Partial<DeploymentBase>): Promise<Deployment>
  sandbox(deploymentId: string): Sandbox
  report(): Promise<string[]>
}

/** A runner on a real Redis, with a real control socket and a stand-in for the Docker daemon that knows containers by name alone. */
export async function startTestRunner(): Promise<TestRunner> {
  const dataDir = await mkdtemp(join(tmpdir(), 'mp-runner-'))
  await chmod(dataDir, 0o711)
  await mkdir(join(dataDir, 'run'))
  const redis = await startTestRedis()
  const containers = new Map<string, boolean>()
  let daemonStatus = 200
  const daemon = await standIn(join(dataDir, 'docker.sock'), { containers, status: () => daemonStatus })
  const settings = parseSettings({
    MICROPUSH_DATA: dataDir,
    MICROPUSH_REDIS: redis.socket,
    MICROPUSH_REDIS_PREFIX: 'test',
    MICROPUSH_GATEWAYS: '1',
    DOCKER_HOST: `unix://${join(dataDir, 'docker.sock')}`,
  })
  const did: string[] = []
  const logged: { msg: string }[] = []
  const log = pino(
    { level: 'debug' },
    { write: (line: string) => void logged.push(JSON.parse(line) as { msg: string }) },
  )
  const store = openStore(settings)
  const queues = openQueues(store.redis, settings.redisPrefix)
  const docker = connectDocker(settings.dockerSocket)
  const inProduction = new Set<string>()
  const policies = createPolicies(settings, inProduction)
  let starts = 0
  const sandbox = (deploymentId: string): Sandbox => {
    const id = (++starts).toString(16).padStart(10, '0')
    containers.set(`c${id}`, true)
    const socket = join(dataDir, 'sandboxes', id, 'app.sock')
    return {
      id,
      containerId: `c${id}`,
      deploymentId,
      socket,
      isolation: 'runc',
      startedBy: 'plain',
      startedAtMs: Date.now(),
    }
  }
  const act = (what: string) => (of: Sandbox) => {
    did.push(`${what} ${of.id}`)
    return Promise.resolve()
  }
  const metrics = createMetrics(metricSources(() => runner))
  const fleet = createFleet({
    actions: {
      start: (id) => {
        did.push(`start ${id}`)
        return Promise.resolve(sandbox(id))
      },
      quiet: () => Promise.resolve(),
      freeze: act('freeze'),
      thaw: act('thaw'),
      destroy: act('destroy'),
      retire: () => Promise.resolve(),
      announce: (deploymentId, sockets) => void gateways.tell({ type: 'sandboxes', deploymentId, sockets }),
      drain: ({ deploymentId, socket }, signal) => drains.drain(deploymentId, signal, { socket, longestMs: 35_000 }),
    },
    policy: (id) => policies.of(id),
    scaleDownMs: 30_000,
    metrics,
    pressure: () => 'none',
    onProblem: (message, data) => log.warn(data, message),
  })
  let take: (runner: Runner, message: FromGateway, gateway: Gateway) => void = () => {}
  const drains = createDrains(() => gateways.gateways())
  const gateways = createGatewayLink({
    path: settings.sockets.gateway,
    gid: 0,
    snapshot: () => ({ type: 'snapshot', routes: [...runner.routed.values()], sandboxes: fleet.known() }),
    onJoin: (gateway) => drains.joined(gateway),
    onLeave: (gateway) => {
      drains.left(gateway)
      fleet.gatewayLeft(gateway)
    },
    onMessage: (message, gateway) => take(runner, message, gateway),
    onProblem: (message, data) => log.warn(data, message),
  })
  const host = { swappiness: false, resolvConf: '', cpus: 1 }
  const runner: Runner = {
    settings,
    dataDir,
    store,
    queues,
    masterKey: masterKey(Buffer.alloc(32, 1)),
    docker,
    instance: 'test',
    sandboxes: {
      docker,
      instance: 'test',
      dataDir,
      isolation: 'runc',
      network: 'none',
      gatewayGid: 0,
      host,
      starts: createStartSlots(),
      restores: createRestoreTurns(),
      uids: openUidPool(docker),
      freezers: openFreezers(docker),
      remains: new Set(),
    },
    network: { sandbox: 'none', builder: 'none', resolvConf: '' },
    fleet,
    gateways,
    drains,
    appLogs: createAppLogs({
      docker,
      store,
      maskFor: () => Promise.resolve((text) => text),
      onProblem: (message, data) => log.warn(data, message),
    }),
    uses: createUses(),
    metrics,
    processes: { wereRefused: () => false, look: () => Promise.resolve(), close: () => {} },
    works: createWorks(),
    warmUps: { request: () => {}, close: () => Promise.resolve() },
    house: createHousekeeping(),
    inProduction,
    policies,
    routed: new Map(),
    log,
  }
  await gateways.listen()

  const queued: TestRunner['queued'] = async (over = {}) => {
    const base = await newestBase(store, over)
    await createDeployment(store, base)
    return must(await getDeployment(store, base.id))
  }
  return {
    runner,
    redis,
    did,
    logged,
    containers,
    daemonAnswers: (status) => void (daemonStatus = status),
    onMessage: (next) => void (take = next),
    queued,
    async starting(over) {
      const { id } = await queued(over)
      await transitionDeployment(store, {
        id,
        from: ['queued'],
        to: 'starting',
        outcome: { artifacts: { app: 'app' } },
      })
      return must(await getDeployment(store, id))
    },
    sandbox,
    async report() {
      const jobs = await queues.report.getJobs(['waiting', 'delayed'])
      return jobs.map((job) => (job.data as { deploymentId: string }).deploymentId)
    },
    async [Symbol.asyncDispose]() {
      fleet.close()
      await runner.appLogs.close()
      await gateways.close()
      daemon.close()
      daemon.closeAllConnections()
      await queues.close().catch(() => {})
      store.redis.disconnect()
      await redis[Symbol.asyncDispose]()
      await rm(dataDir, { recursive: true, force: true })
    },
  }
}

function must<T>(value: T | undefined): T {
  if (value === undefined) throw new Error('it was just made')
  return value
}

/** The Docker Engine's API as far as looking at containers goes: https://docs.docker.com/reference/api/engine/ */
async function standIn(
  path: string,
  { containers, status }: { readonly containers: ReadonlyMap<string, boolean>; readonly status: () => number },
): Promise<Server> {
  const server = createServer((request, response) => {
    if (status() === 0) return
    if (request.url === '/_ping') return void response.writeHead(status()).end('OK')
    const id = /\/containers\/([^/]+)\/json/.exec(request.url ?? '')?.[1]
    const running = id === undefined ? undefined : containers.get(id)
    response.setHeader('content-type', 'application/json')
    if (request.url?.startsWith('/containers/json') === true) return void response.end('[]')
    if (running === undefined) return void response.writeHead(404).end('{"message":"No such container"}')
    const state = { Running: running, Paused: false, ExitCode: running ? 0 : 3, OOMKilled: false, StartedAt: '' }
    response.end(JSON.stringify({ Id: id, State: state }))
  })
  await new Promise<void>((resolve) => server.listen(path, resolve))
  return server
}
