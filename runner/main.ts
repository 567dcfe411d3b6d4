import { mkdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { pino } from 'pino'
import { openQueues } from '../contract/queue.ts'
import { openStore } from '../contract/store/connect.ts'
import { getDeployment } from '../contract/store/deployments.ts'
import { MicropushError } from '../contract/errors.ts'
import { hostEnvironment } from './build/env.ts'
import { readHostTrust } from './build/host-trust.ts'
import { privateRegistries } from './build/private-registries.ts'
import { sweepBuilds } from './build/sweep-builds.ts'
import { connectDocker } from './docker/client.ts'
import { readNetworkChoices, readSettings } from './env.ts'
import { readInstance } from './instance.ts'
import { answerGateway } from './lifecycle/control.ts'
import { createDrains } from './lifecycle/drains.ts'
import { noteExit } from './lifecycle/exits.ts'
import { createFleet } from './lifecycle/fleet.ts'
import { openGatewayLink } from './lifecycle/gateway-link.ts'
import { serveHealth } from './lifecycle/health.ts'
import { readServed } from './lifecycle/restore.ts'
import { startDeployment } from './lifecycle/start-deployment.ts'
import { setUpNetwork } from './network/set-up-network.ts'
import { openWorkQueue } from './queue.ts'
import type { Runner } from './runner.ts'
import { destroySandbox } from './sandbox/destroy-sandbox.ts'
import { openSandboxes } from './sandbox/open-sandboxes.ts'
import { freeze, thaw } from './sandbox/sleep.ts'
import { sweep } from './sandbox/sweep.ts'
import { watchExits } from './sandbox/watch-exits.ts'

/** The group that the gateway drops to. */
const GATEWAY_GID = 64_001

const log = pino({ name: 'runner' })

try {
  await main()
} catch (error) {
  log.fatal({ err: error }, error instanceof MicropushError ? error.message : 'the runner could not start')
  process.exitCode = 1
  process.exit()
}

async function main(): Promise<void> {
  const settings = readSettings()
  const stop = new AbortController()
  const instance = await readInstance(settings.dataDir)
  const work = join(settings.dataDir, 'work')
  // Whatever is in there belongs to a build whose runner is no more; the queue begins it again.
  await rm(work, { recursive: true, force: true })
  for (const folder of [settings.runDir, work]) await mkdir(folder, { recursive: true, mode: 0o711 })

  const docker = connectDocker(settings.dockerSocket)
  const network = await setUpNetwork(docker, {
    instance,
    dataDir: settings.dataDir,
    ...readNetworkChoices(),
    builderAllow: await privateRegistries(await readHostTrust(hostEnvironment())),
  })
  const { context: sandboxes, means } = await openSandboxes({
    docker,
    instance,
    dataDir: settings.dataDir,
    setting: settings.sandbox,
    network: network.sandbox,
    resolvConf: network.resolvConf,
    gatewayGid: GATEWAY_GID,
  })
  const store = openStore(settings)
  const queues = openQueues(store.redis, settings.redisPrefix)

  await sweepBuilds({ docker, instance, dataDir: settings.dataDir })
  const served = await readServed(store, settings)
  const { kept, removed } = await sweep(sandboxes, served.deploymentIds)
  log.info({ isolation: sandboxes.isolation, kept: kept.length, removed }, means)

  const inProduction = new Set(served.inProduction)
  const routed = new Map(served.routes.map((route) => [route.host, route]))
  const fleet = createFleet({
    actions: {
      start: async (id) => {
        const deployment = await getDeployment(store, id)
        if (deployment?.state !== 'live') throw new MicropushError('internal', 'This deployment is no longer kept.')
        return startDeployment(runner, deployment, stop.signal)
      },
      freeze: (sandbox) => freeze(sandboxes, sandbox),
      thaw: (sandbox) => thaw(sandboxes, sandbox),
      destroy: (sandbox) => destroySandbox(sandboxes, sandbox),
    },
    evictMs: settings.evictMs,
    keep: (id) => inProduction.has(id),
    onProblem: (message, data) => log.warn(data, message),
  })
  for (const { sandbox, state } of kept) fleet.adopt(sandbox, state === 'frozen' ? 'frozen' : 'hot')
  const gateways = await openGatewayLink({
    path: settings.sockets.gateway,
    gid: GATEWAY_GID,
    snapshot: () => ({ type: 'snapshot', routes: [...routed.values()], awake: fleet.awake() }),
    onMessage: (message, reply) => answerGateway(runner, message, reply),
    onProblem: (message, data) => log.warn(data, message),
  })
  const drains = createDrains((deploymentId) => gateways.tell({ type: 'drain', deploymentId }))
  const runner: Runner = {
    settings,
    dataDir: settings.dataDir,
    store,
    queues,
    docker,
    instance,
    sandboxes,
    network,
    fleet,
    gateways,
    drains,
    inProduction,
    routed,
    log,
  }

  const exits = watchExits(sandboxes, {
    signal: stop.signal,
    onExit: (exit) => void noteExit(runner, exit),
    onTrouble: (error) => log.warn({ err: error }, 'the Docker daemon cannot be heard'),
  })
  const health = await serveHealth(runner, means)
  const workQueue = openWorkQueue(runner)

  const shutDown = async () => {
    if (stop.signal.aborted) return
    stop.abort()
    await workQueue.close()
    fleet.close()
    await exits
    health.close()
    await gateways.close()
    await queues.close()
    store.redis.disconnect()
  }
  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    process.on(signal, () => {
      shutDown().then(
        () => process.exit(0),
        (error: unknown) => {
          log.error({ err: error }, 'the runner did not stop cleanly')
          process.exit(1)
        },
      )
    })
  }
}
