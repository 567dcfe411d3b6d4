import type { Logger } from 'pino'
import { openQueues } from '../contract/queue.ts'
import type { Settings } from '../contract/settings.ts'
import { openMasterKey } from '../contract/secrets/master-key.ts'
import { openStore } from '../contract/store/connect.ts'
import { getDeployment } from '../contract/store/deployments.ts'
import { MicropushError } from '../contract/errors.ts'
import { GATEWAY_GID, prepareGround } from './ground/prepare-ground.ts'
import { createWarmUps } from './build/warm/warm-ups.ts'
import { guardDisk } from './housekeeping/guard-disk.ts'
import { createHousekeeping } from './housekeeping/keep-house.ts'
import { answerGateway } from './lifecycle/gateways/answer-gateway.ts'
import { createDrains } from './lifecycle/gateways/drains.ts'
import { endSandbox } from './lifecycle/end/end-sandbox.ts'
import { noteExit } from './lifecycle/end/note-end.ts'
import { createFleet } from './lifecycle/fleet.ts'
import { noteMemoryFull, noteRefusal } from './lifecycle/end/note-incident.ts'
import { createGatewayLink } from './lifecycle/gateways/gateway-link.ts'
import { serveHealth } from './lifecycle/health.ts'
import { quiet } from './lifecycle/quiet/quiet.ts'
import { readServed } from './lifecycle/restore.ts'
import { startDeployment } from './lifecycle/start-deployment.ts'
import { createUses, keepUses } from './lifecycle/uses.ts'
import { watchProcesses } from './lifecycle/end/watch-processes.ts'
import { createMetrics } from './metrics/create-metrics.ts'
import { metricSources } from './metrics/sources.ts'
import { serveMetrics } from './metrics/serve-metrics.ts'
import { createAppLogs } from './logs/app-logs.ts'
import { keepAppLogs } from './logs/keep-app-logs.ts'
import { keepFirewall } from './network/keep-firewall.ts'
import { openWorkQueue } from './jobs/queue.ts'
import type { Runner } from './runner.ts'
import { freeze, thaw } from './sandbox/sleep/sleep.ts'
import { endRemains } from './sandbox/remains.ts'
import { sweep } from './sandbox/sweep.ts'
import { maskFor } from './secrets/mask-for.ts'
import { secretsToStart } from './secrets/secrets-to-start.ts'
import { watchExits } from './sandbox/watch-exits.ts'
import { createWorks } from './jobs/works.ts'

export interface StartedRunner {
  /** Takes no more work, tells running builds to stop, and closes everything; sandboxes go on. */
  close(): Promise<void>
}

/**
 * The engine: first the ground that sandboxes stand on, then the picture of what is to be served, then work.
 *
 * @throws MicropushError `setup-incomplete` or `engine-unavailable`, in words for the operator.
 */
export async function startRunner(settings: Settings, log: Logger): Promise<StartedRunner> {
  const stop = new AbortController()
  const { docker, instance, network, networkSettings, sandboxes, means } = await prepareGround(settings)
  const store = openStore(settings)
  const queues = openQueues(store.redis, settings.redisPrefix)
  const masterKey = await openMasterKey(store, settings.dataDir)

  const served = await readServed(store, settings)
  const appLogs = createAppLogs({
    docker,
    store,
    maskFor: (id) => maskFor({ store, masterKey }, id),
    onProblem: (message, data) => log.warn(data, message),
  })
  const { kept, removed } = await sweep(sandboxes, served.deploymentIds, (sandbox) => appLogs.finish(sandbox))
  log.info({ isolation: sandboxes.isolation, kept: kept.length, removed }, means)

  const inProduction = new Set(served.inProduction)
  const routed = new Map(served.routes.map((route) => [route.host, route]))
  const fleet = createFleet({
    actions: {
      start: async (id) => {
        const deployment = await getDeployment(store, id)
        if (deployment?.state !== 'live') throw new MicropushError('internal', 'This deployment is no longer kept.')
        const secrets = await secretsToStart(runner, deployment)
        return startDeployment(runner, deployment, { secrets, signal: stop.signal })
      },
      quiet: (sandbox, signal) => quiet(sandboxes, sandbox, { ...settings, signal }),
      freeze: async (sandbox) => {
        await freeze(sandboxes, sandbox)
        void appLogs.rest(sandbox)
      },
      thaw: async (sandbox) => {
        await thaw(sandboxes, sandbox)
        appLogs.follow(sandbox)
      },
      destroy: (sandbox, grace) => endSandbox(runner, sandbox, grace),
    },
    evictMs: settings.evictMs,
    keep: (id) => inProduction.has(id),
    onProblem: (message, data) => log.warn(data, message),
  })
  for (const { sandbox, state } of kept) {
    fleet.adopt(sandbox, state === 'frozen' ? 'frozen' : 'hot')
    if (state === 'frozen') void appLogs.rest(sandbox)
    else appLogs.follow(sandbox)
  }
  const drains = createDrains(() => gateways.gateways())
  const gateways = createGatewayLink({
    path: settings.sockets.gateway,
    gid: GATEWAY_GID,
    snapshot: () => ({ type: 'snapshot', routes: [...routed.values()], sandboxes: fleet.known() }),
    onJoin: (gateway) => drains.joined(gateway),
    onLeave: (gateway) => {
      drains.left(gateway)
      runner.metrics.gatewayLeft(gateway)
    },
    onMessage: (message, gateway) => answerGateway(runner, message, gateway),
    onProblem: (message, data) => log.warn(data, message),
  })
  const runner: Runner = {
    settings,
    dataDir: settings.dataDir,
    store,
    queues,
    masterKey,
    docker,
    instance,
    sandboxes,
    network,
    fleet,
    gateways,
    drains,
    appLogs,
    uses: createUses(),
    metrics: createMetrics(metricSources(() => runner)),
    processes: watchProcesses({
      running: () => fleet.awake().flatMap(({ deploymentId }) => fleet.sandbox(deploymentId) ?? []),
      onRefused: (deploymentId) => void noteRefusal(runner, deploymentId),
    }),
    works: createWorks(),
    warmUps: createWarmUps({ docker, instance, dataDir: settings.dataDir, isolation: sandboxes.isolation }, (error) =>
      log.warn({ err: error }, 'an app could not be compiled ahead'),
    ),
    house: createHousekeeping(),
    inProduction,
    routed,
    log,
  }

  await gateways.listen()
  let brokenAtMs: number | undefined
  const exits = watchExits(sandboxes, {
    signal: stop.signal,
    onExit: (exit) => void noteExit(runner, exit),
    onMemoryFull: (sandbox) => void noteMemoryFull(runner, sandbox),
    onTrouble: (error) => {
      brokenAtMs ??= Date.now()
      log.warn({ err: error }, 'the Docker daemon cannot be heard')
    },
    onWatching: () => {
      if (brokenAtMs === undefined) return
      const since = brokenAtMs
      brokenAtMs = undefined
      endRemains(sandboxes, since).catch((error: unknown) => {
        // The next time that it is heard again.
        brokenAtMs = since
        log.warn({ err: error }, 'what was left of failed starts could not be ended')
      })
    },
  })
  const firewall = keepFirewall(networkSettings, {
    signal: stop.signal,
    onTrouble: (error) => log.error({ err: error }, 'the firewall could not be looked after'),
  })
  const pruning = keepAppLogs(runner, stop.signal)
  const guarding = guardDisk(runner, stop.signal)
  const usage = keepUses(runner, stop.signal)
  const health = await serveHealth(runner, means)
  const scraped = await serveMetrics(runner)
  const workQueue = openWorkQueue(runner)

  return {
    async close() {
      stop.abort()
      await workQueue.close()
      await runner.warmUps.close()
      fleet.close()
      runner.processes.close()
      await Promise.all([exits, firewall, pruning, guarding, usage, appLogs.close()])
      health.close()
      scraped?.close()
      scraped?.closeAllConnections()
      await gateways.close()
      await queues.close()
      store.redis.disconnect()
    },
  }
}
