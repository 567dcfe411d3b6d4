import type { Logger } from 'pino'
import { openQueues } from '../contract/queue.ts'
import type { Settings } from '../contract/settings.ts'
import { openMasterKey } from '../contract/secrets/master-key.ts'
import { openStore } from '../contract/store/connect.ts'
import { GATEWAY_GID, prepareGround } from './ground/prepare-ground.ts'
import { createWarmUps } from './build/warm/warm-ups.ts'
import { guardDisk } from './housekeeping/guard-disk.ts'
import { createHousekeeping } from './housekeeping/keep-house.ts'
import { answerGateway } from './lifecycle/gateways/answer-gateway.ts'
import { createDrains } from './lifecycle/gateways/drains.ts'
import { createFleet } from './lifecycle/fleet/fleet.ts'
import { createRelief } from './lifecycle/fleet/relieve.ts'
import { sandboxActions } from './lifecycle/fleet/sandbox-actions.ts'
import { examine } from './lifecycle/end/examine.ts'
import { hearExits } from './lifecycle/end/hear-exits.ts'
import { createMemoryWatch } from './lifecycle/memory/memory-watch.ts'
import { noteRefusal } from './lifecycle/end/note-incident.ts'
import { createGatewayLink } from './lifecycle/gateways/gateway-link.ts'
import { rehearseWakes } from './lifecycle/gateways/rehearse-wakes.ts'
import { serveHealth } from './lifecycle/health.ts'
import { knowServed, openCells } from './lifecycle/open-cells.ts'
import { openSnapshots } from './lifecycle/open-snapshots.ts'
import { readServed } from './lifecycle/restore.ts'
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
import { sweep } from './sandbox/sweep.ts'
import { maskFor } from './secrets/mask-for.ts'
import { usedMemory } from './sandbox/cgroup/used-memory.ts'
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
  const ground = await prepareGround(settings)
  const { docker, instance, network, networkSettings, means } = ground
  const store = openStore(settings)
  const queues = openQueues(store.redis, settings.redisPrefix)
  const masterKey = await openMasterKey(store, settings.dataDir)

  const onProblem = (message: string, data: object) => log.warn(data, message)
  const served = await readServed(store, settings)
  const appLogs = createAppLogs({
    docker,
    store,
    maskFor: (id) => maskFor({ store, masterKey }, id),
    onProblem,
  })
  const { kept, removed } = await sweep(ground.sandboxes, served.deployments, (sandbox) => appLogs.finish(sandbox))
  log.info({ isolation: ground.sandboxes.isolation, kept: kept.length, removed }, means)
  const { mechanism, means: sleepMeans } = await ground.sandboxes.freezers.explain(ground.sandboxes.isolation)
  log.info({ mechanism }, sleepMeans)

  const { inProduction, policies } = served
  const routed = new Map(served.routes.map((route) => [route.host, route]))
  const memory = createMemoryWatch({ reserveBytes: settings.memoryReserveBytes })
  const surroundings = {
    settings,
    store,
    served: () => new Set([...routed.values()].map(({ deploymentId }) => deploymentId)),
    mayFill: () => memory.pressure() === 'none',
    log,
  }
  const cells = openCells(ground.sandboxes, surroundings)
  const snapshots = await openSnapshots(ground.sandboxes, surroundings)
  const ahead = { ...(cells === undefined ? {} : { cells }), ...(snapshots === undefined ? {} : { snapshots }) }
  const sandboxes = { ...ground.sandboxes, ...ahead }
  const metrics = createMetrics(metricSources(() => runner))
  const relief = createRelief({
    fleet: () => fleet,
    memory,
    ahead: Object.values(ahead),
    ownerOf: (id) => policies.of(id).owner,
    weigh: (id) => usedMemory(id),
    onProblem,
  })
  const fleet = createFleet({
    actions: sandboxActions(() => runner, stop.signal),
    policy: (id) => policies.of(id),
    scaleDownMs: settings.scaleDownMs,
    metrics,
    pressure: () => memory.pressure(),
    onStart: () => relief.look(),
    onUnfreezable: (id) => void examine(runner, id),
    onProblem,
  })
  const drains = createDrains(() => gateways.gateways())
  const gateways = createGatewayLink({
    path: settings.sockets.gateway,
    gid: GATEWAY_GID,
    snapshot: () => ({ type: 'snapshot', routes: [...routed.values()], sandboxes: fleet.known() }),
    onJoin: (gateway) => drains.joined(gateway),
    onLeave: (gateway) => {
      drains.left(gateway)
      fleet.gatewayLeft(gateway)
      metrics.gatewayLeft(gateway)
    },
    onMessage: (message, gateway) => answerGateway(runner, message, gateway),
    onProblem,
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
    metrics,
    processes: watchProcesses({
      running: () => fleet.running(),
      onRefused: (deploymentId) => void noteRefusal(runner, deploymentId),
    }),
    works: createWorks(),
    warmUps: createWarmUps({ docker, instance, dataDir: settings.dataDir, isolation: sandboxes.isolation }, (error) =>
      log.warn({ err: error }, 'an app could not be compiled ahead'),
    ),
    house: createHousekeeping(),
    inProduction,
    policies,
    routed,
    log,
  }

  for (const { sandbox, state } of kept) {
    fleet.adopt(sandbox, state === 'frozen' ? 'frozen' : 'hot')
    if (state === 'frozen') void appLogs.rest(sandbox)
    else appLogs.follow(sandbox)
  }
  fleet.keepAwake(served.deployments.keys())
  if (cells !== undefined) await knowServed(cells, served.runtimeOf)
  if (snapshots !== undefined) await knowServed(snapshots, served.runtimeOf)
  await rehearseWakes(`${settings.sockets.gateway}.rehearsal`).catch((error: unknown) =>
    log.warn({ err: error }, 'a wake could not be rehearsed'),
  )
  await gateways.listen()
  const exits = hearExits(runner, stop.signal)
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
      // A job that waits for a sandbox's last requests need not any more: they go on, and the next engine ends it.
      relief.close()
      fleet.close()
      await workQueue.close()
      await runner.warmUps.close()
      await cells?.close()
      await snapshots?.close()
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
